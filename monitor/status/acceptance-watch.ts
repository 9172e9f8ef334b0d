/**
 * Polls the switch of the acceptance every two seconds, for the status, the alert and the metric.
 * While PostgreSQL does not answer, the last known value stays.
 */
import { gauge } from '../../shared/observability/metrics.js';
import {
  readAcceptance,
  setAcceptance,
  type AcceptanceOrder,
  type AcceptanceState,
} from '../../shared/postgres/acceptance.js';
import type { Queryable } from '../../shared/postgres/postgres.js';
import { PolledView } from './polled-view.js';

let source: () => AcceptanceState | null = () => null;

gauge(
  'relevo_accepting_payments',
  '1 while new payments are accepted, 0 while an operator has stopped them. No sample: not known yet.',
  [],
  function () {
    this.reset();
    const state = source();
    if (state) this.set(state.accepting ? 1 : 0);
  },
);

export class AcceptanceWatch extends PolledView<AcceptanceState | null> {
  protected readonly isConfigured = true;

  constructor(private readonly db: Queryable) {
    super();
    source = () => this.state;
  }

  protected read(): Promise<AcceptanceState | null> {
    return readAcceptance(this.db).catch(() => this.state);
  }
}

/** Sets the switch in PostgreSQL, with an audit row. */
export type SetAcceptance = (order: AcceptanceOrder) => Promise<AcceptanceState>;

/** @returns a function that sets the switch, and reads it again for the status. */
export const createSetAcceptance =
  (db: Queryable, watch: AcceptanceWatch): SetAcceptance =>
  async (order) => {
    const state = await setAcceptance(db, order);
    await watch.refresh();
    return state;
  };
