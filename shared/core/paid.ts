/** Which payments bring money to the hospital. Pure. */
import type { PaymentKind } from '../contracts/payment.js';
import { TEST_CURRENCY } from './test-currency.js';

/** Whether such a payment brings money, and so earns an exit pass. A test payment earns none. */
export const isPaid = ({ kind, currency }: { kind: PaymentKind; currency: string }): boolean =>
  (kind === 'charge' || kind === 'capture') && currency !== TEST_CURRENCY;
