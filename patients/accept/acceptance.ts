/**
 * The switch with which operators stop and resume new payments, as this instance knows it. It is
 * read twice per second, and no payment waits for a read, except the payments of the first moments
 * of a process. While PostgreSQL does not answer, the last known value stays. So an instance may
 * accept payments for half a second after the switch was set, and payments that were admitted
 * before are accepted.
 */
import { Problem } from '../../shared/errors.js';
import type { Logger } from '../../shared/observability/logger.js';
import { NEVER_STOPPED, type AcceptanceState } from '../../shared/postgres/acceptance.js';

/** Interval between two reads, ms: an instance knows a change within a second. */
export const ACCEPTANCE_LOOK_MS = 500;
/** `Retry-After` of a refused payment, s. An operator ends the stop, so the time is unknown. */
const RETRY_AFTER_SECONDS = 10;

interface AcceptanceDeps {
  read(): Promise<AcceptanceState>;
  logger: Logger;
}

/** A stop in force. */
export interface Stop {
  /** As the operator gave it. */
  reason: string;
}

/** The part that the pages and the acceptance of payments need. */
export type AcceptanceView = Pick<Acceptance, 'stop' | 'readStop'>;

/** The view of a system without a switch. */
export const ALWAYS_ACCEPTING: AcceptanceView = {
  stop: null,
  readStop: () => Promise.resolve(null),
};

export const createNotAccepting = ({ reason }: Stop): Problem =>
  new Problem('NOT_ACCEPTING', `New payments are not accepted now: ${reason}`, {
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });

export class Acceptance {
  private known: AcceptanceState = NEVER_STOPPED;
  private isKnown = false;
  private isLooking = false;
  private first: Promise<void> | undefined;

  constructor(private readonly deps: AcceptanceDeps) {}

  /** As last read; null: new payments are accepted, or nothing was read yet. */
  get stop(): Stop | null {
    return this.known.accepting ? null : { reason: this.known.reason };
  }

  /** Like `stop`. Before the first read has ended, waits for that read. Never rejects. */
  async readStop(): Promise<Stop | null> {
    if (!this.isKnown) await (this.first ??= this.look());
    return this.stop;
  }

  /** Reads the switch; called every `ACCEPTANCE_LOOK_MS`. Never rejects. */
  async look(): Promise<void> {
    if (this.isLooking) return;
    this.isLooking = true;
    const work = this.read();
    this.first ??= work;
    await work;
    this.isLooking = false;
  }

  private async read(): Promise<void> {
    const { deps } = this;
    try {
      const next = await deps.read();
      if (next.accepting !== this.known.accepting)
        deps.logger.warn(
          { accepting: next.accepting, reason: next.reason },
          next.accepting ? 'new payments are accepted again' : 'new payments are refused now',
        );
      this.known = next;
    } catch (error) {
      deps.logger.debug(
        { err: error },
        'cannot read the switch of the acceptance; keeping its value',
      );
    }
    this.isKnown = true;
  }
}
