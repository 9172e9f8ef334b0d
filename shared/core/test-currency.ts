/**
 * ISO 4217 reserves this code for tests. Its amounts are no money: the simulated gateways decide by
 * them (shared/simulated-charge.ts), and a payment in it earns no exit pass.
 */
export const TEST_CURRENCY = 'XTS';
