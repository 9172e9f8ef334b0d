/**
 * Keeps the states of the instances in the load balancer equal to the record: once per second it
 * reads both and sets the states that differ. Several monitors may do that, because setting a state
 * twice changes nothing. Runs beside the loop of the failover, which never waits for it. While
 * PostgreSQL is unavailable, the last record that was read counts.
 */
import type { BalancerControl, MemberState } from '../../shared/balancer/control.js';
import { createControl, readControlFile } from '../../shared/balancer/open-control.js';
import type { BalancerName } from '../../shared/balancer/pool.js';
import type { Logger } from '../../shared/observability/logger.js';
import type { AdminRow } from '../cluster/admin-table.js';
import type { InstanceStore } from './instance-store.js';
import { planChanges } from './plan-changes.js';

/** Interval between two runs, ms. */
const SYNC_MS = 1_000;

export interface BalancerView {
  /** Null: its control file was never read. */
  name: BalancerName | null;
  /** Whether it answered the last run. */
  answers: boolean;
  /** From the last run with an answer. */
  states: readonly MemberState[];
}

export interface BalancerSyncOptions {
  /** The folder with `control.json`. */
  folder: string;
  store: Pick<InstanceStore, 'read'>;
  logger: Logger;
  /** Opens the control of the balancer. Default: the one that the control file names. */
  open?: (folder: string) => Promise<{ name: BalancerName; control: BalancerControl }>;
}

/** A restarted system has another control file, so each run opens it again. */
async function openControl(
  folder: string,
): Promise<{ name: BalancerName; control: BalancerControl }> {
  const file = await readControlFile(folder);
  return { name: file.balancer, control: createControl(file) };
}

const toMessage = (error: unknown): string =>
  error instanceof Error ? error.message || error.name : String(error);

export class BalancerSync {
  private known: BalancerView = { name: null, answers: false, states: [] };
  private records: readonly AdminRow[] = [];
  private lastProblem: string | null = null;
  private tail: Promise<unknown> = Promise.resolve();
  private isBusy = false;
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly options: BalancerSyncOptions) {}

  get view(): BalancerView {
    return this.known;
  }

  /** The states that operators set, from the last read. */
  get rows(): readonly AdminRow[] {
    return this.records;
  }

  start(): void {
    const tick = (): void => {
      if (!this.isBusy) void this.exclusively(() => this.run()).catch(() => undefined);
    };
    tick();
    this.timer = setInterval(tick, SYNC_MS);
  }

  /** Resolves when nothing runs any more. */
  async stop(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    await this.tail;
  }

  /** Runs tasks one after the other: a run with an old record would revert a new state. */
  exclusively<T>(task: () => Promise<T>): Promise<T> {
    this.isBusy = true;
    const result = this.tail.then(task);
    const settled = result.then(
      () => undefined,
      () => undefined,
    );
    this.tail = settled;
    void settled.then(() => {
      if (this.tail === settled) this.isBusy = false;
    });
    return result;
  }

  /**
   * Reads the record and the balancer, and sets the states that differ.
   * @returns the states of the balancer.
   * @throws Error when the balancer does not answer or refuses a state.
   */
  async run(): Promise<readonly MemberState[]> {
    this.records = await this.options.store.read().catch(() => this.records);
    try {
      const { name, control } = await (this.options.open ?? openControl)(this.options.folder);
      this.known = { ...this.known, name };
      const states = await control.read();
      const changes = await this.apply(control, states);
      this.known = { name, answers: true, states: changes > 0 ? await control.read() : states };
      this.report(null);
      return this.known.states;
    } catch (error) {
      this.known = { ...this.known, answers: false };
      this.report(toMessage(error));
      throw error;
    }
  }

  /** @returns the number of changes. */
  private async apply(control: BalancerControl, states: readonly MemberState[]): Promise<number> {
    const changes = planChanges(this.records, states);
    for (const { member, from, to } of changes) {
      await control.set(member, to);
      this.options.logger.info(
        { member, from, to },
        'set the state of an instance in the balancer',
      );
    }
    return changes.length;
  }

  /** Logs a problem once, until it ends or another one occurs. */
  private report(problem: string | null): void {
    const { logger } = this.options;
    if (problem === this.lastProblem) return;
    if (problem === null) logger.info('the balancer answers again');
    else
      logger.warn(
        { err: { message: problem } },
        'cannot read or set the states of the balancer; retrying every second',
      );
    this.lastProblem = problem;
  }
}
