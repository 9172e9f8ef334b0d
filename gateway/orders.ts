/**
 * Carries out charges, authorizations and operations, each key once. A repeated request waits for
 * the answer of the order in progress. An operation that its payment does not allow is declined:
 * the decision and the movement are one step, so two operations cannot both fit.
 */
import { sleep } from '../shared/clock.js';
import type { Charge, GatewayOrder } from '../shared/contracts/gateway.js';
import type { OperationKind, PaymentKind } from '../shared/contracts/payment.js';
import {
  isOperation,
  judgeOperation,
  type OperationRefusal,
} from '../shared/core/operation-rules.js';
import {
  chargeDurationMs,
  declineByIssuer,
  decideCharge,
  type Decision,
} from '../shared/simulated-charge.js';
import type { GatewayConfig } from './config.js';
import type { GatewayFaults } from './faults.js';
import type { GatewayLedger } from './ledger.js';
import { repeatsTotal, settledTotal } from './metrics.js';

const toFacts = ({ kind = 'charge', amountMinor, status }: Charge) => ({
  kind,
  amountMinor,
  hasSucceeded: status === 'approved',
});

export class Orders {
  private readonly underWay = new Map<string, Promise<Charge>>();

  constructor(
    private readonly config: GatewayConfig,
    private readonly ledger: GatewayLedger,
    private readonly faults: GatewayFaults,
  ) {}

  async settle(key: string, kind: PaymentKind, order: GatewayOrder): Promise<Charge> {
    if (this.faults.ignoreKeys) return this.make(key, kind, order);
    const known = this.ledger.find(key);
    if (known) {
      repeatsTotal.inc();
      return known;
    }
    const begun =
      this.underWay.get(key) ??
      this.make(key, kind, order).finally(() => this.underWay.delete(key));
    this.underWay.set(key, begun);
    return begun;
  }

  private async make(key: string, kind: PaymentKind, order: GatewayOrder): Promise<Charge> {
    const { config, ledger, faults } = this;
    await sleep(chargeDurationMs(key, config));
    const { amountMinor, currency, of } = order;
    const decision = this.decide(key, kind, order);
    const at = new Date().toISOString();
    const operation = of === undefined ? {} : { of };
    const entry = { key, ...decision, amountMinor, currency, at, kind, ...operation };
    const recorded = ledger.record(entry, faults.ignoreKeys);
    settledTotal.inc({ status: entry.status });
    return recorded;
  }

  private decide(key: string, kind: PaymentKind, order: GatewayOrder): Decision {
    const { config, faults } = this;
    const decision = faults.declineAll
      ? declineByIssuer(key)
      : decideCharge({ ...order, key, kind }, config);
    const refusal = isOperation(kind) ? this.refuse(key, kind, order) : null;
    return refusal === null ? decision : { ...decision, status: 'declined', reason: refusal };
  }

  /** Movements under the same key do not count: `ignoreKeys` repeats an order that was allowed. */
  private refuse(
    key: string,
    kind: OperationKind,
    { of = '', amountMinor, currency }: GatewayOrder,
  ): OperationRefusal | null {
    const root = this.ledger.find(of);
    const isSame = root?.currency === currency;
    const earlier = this.ledger.findOperations(of).filter((each) => each.key !== key);
    return judgeOperation(
      { kind, amountMinor },
      root && isSame ? toFacts(root) : null,
      earlier.map(toFacts),
    );
  }
}
