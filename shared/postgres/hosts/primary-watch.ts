/**
 * Watches the servers of a cluster, and announces which of them is the primary. The check is out of
 * band: a statement that waits for a frozen server does not delay it.
 */
import { EventEmitter, once } from 'node:events';
import { sleep } from '../../clock.js';
import type { Logger } from '../../observability/logger.js';
import {
  choosePrimary,
  mustDisconnect,
  type Choice,
  type HostReport,
  type KnownCluster,
} from './choose-primary.js';
import type { Host, HostList } from './host-list.js';
import { HostProbe } from './host-probe.js';

/** Longest wait for the answer of a server, in ms. */
const ANSWER_MS = 1_000;
/** Pause between two questions, in ms: while a primary is chosen, and while none is. */
const PAUSE_MS = { primary: 500, none: 100, conflict: 100 } as const;

const isSame = (one: Choice, other: Choice): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

export class PrimaryWatch {
  private readonly events = new EventEmitter().setMaxListeners(0);
  private readonly ended = new AbortController();
  private readonly reports = new Map<string, HostReport>();
  private known: KnownCluster = { cluster: null, timeline: 0 };
  private choice: Choice = { kind: 'none', reason: 'no server answered yet' };
  private pause = new AbortController();

  constructor(
    private readonly list: HostList,
    private readonly logger: Logger,
  ) {
    for (const { name } of list.hosts) this.reports.set(name, { host: name, state: 'unknown' });
    for (const host of list.hosts) void this.follow(host);
  }

  /** Why no primary is chosen; null: one is. */
  get reason(): string | null {
    return this.choice.kind === 'primary' ? null : this.choice.reason;
  }

  /** The timeline of the chosen primary; null: none is chosen. */
  get timeline(): number | null {
    return this.choice.kind === 'primary' ? this.choice.timeline : null;
  }

  /**
   * Waits until a primary is chosen; only `signal` and the end of the watch limit the wait.
   * @throws AbortError
   */
  async getPrimary(signal: AbortSignal): Promise<Host> {
    for (;;) {
      this.ended.signal.throwIfAborted();
      const { choice } = this;
      const name = choice.kind === 'primary' ? choice.host : null;
      const host = this.list.hosts.find((each) => each.name === name);
      if (host) return host;
      await once(this.events, 'chosen', { signal });
    }
  }

  /**
   * Calls `listener` with each host whose connections must be closed at once: it is not the
   * primary, or it became the primary again. @returns the end.
   */
  onDisconnect(listener: (host: string) => void): () => void {
    this.events.on('disconnect', listener);
    return () => this.events.off('disconnect', listener);
  }

  /** Asks every server at once, because a connection to the primary was lost. */
  hurry(): void {
    this.pause.abort();
    this.pause = new AbortController();
  }

  /** Ends the questions, and every wait with an AbortError. */
  close(): void {
    this.ended.abort();
    this.events.emit('chosen');
    this.hurry();
  }

  /** Whether hosts are still asked for the first time: no primary is missing yet. */
  private get isFirstRound(): boolean {
    const reports = [...this.reports.values()];
    return this.known.cluster === null && reports.some(({ state }) => state === 'unknown');
  }

  private async follow({ name, ...host }: Host): Promise<void> {
    const url = this.list.toUrl({ name, ...host });
    const probe = new HostProbe({ host: name, url, answerMs: ANSWER_MS });
    const { signal } = this.ended;
    signal.addEventListener('abort', () => probe.close(), { once: true });
    while (!signal.aborted) {
      const report = await probe.ask();
      if (signal.aborted) break;
      this.receive(report);
      await sleep(PAUSE_MS[this.choice.kind], this.pause.signal).catch(() => undefined);
    }
    probe.close();
  }

  private receive(report: HostReport): void {
    this.reports.set(report.host, report);
    const reports = [...this.reports.values()];
    const choice = choosePrimary(reports, this.known);
    const changed = !isSame(choice, this.choice);
    this.choice = choice;
    if (changed && !this.isFirstRound) this.announce(choice);
    for (const each of reports)
      if (mustDisconnect(each, choice)) this.events.emit('disconnect', each.host);
  }

  private announce(choice: Choice): void {
    if (choice.kind === 'primary') {
      const { host, cluster, timeline } = choice;
      // The address may be that of a proxy, which keeps connections to the former primary.
      if (this.known.cluster !== null && timeline > this.known.timeline)
        this.events.emit('disconnect', host);
      this.known = { cluster, timeline };
      this.logger.info({ host, timeline }, 'PostgreSQL: this host is the primary');
      this.events.emit('chosen');
      return;
    }
    const { kind, reason } = choice;
    const level = kind === 'conflict' ? 'error' : 'warn';
    this.logger[level]({ reason }, 'PostgreSQL: no host is used as the primary');
    this.hurry();
  }
}

const shared = new Map<string, { watch: PrimaryWatch; users: number }>();

/** One watch per address and process. The caller must release it once. */
export function shareWatch(
  url: string,
  list: HostList,
  logger: Logger,
): { watch: PrimaryWatch; release: () => void } {
  const entry = shared.get(url) ?? { watch: new PrimaryWatch(list, logger), users: 0 };
  shared.set(url, entry);
  entry.users += 1;
  const release = (): void => {
    entry.users -= 1;
    if (entry.users > 0) return;
    shared.delete(url);
    entry.watch.close();
  };
  return { watch: entry.watch, release };
}
