/**
 * Records the alerts in PostgreSQL and passes the notices to the webhook. Of several monitors, the
 * alive one with the lowest name records; two that record at the same time do no harm, because an
 * alert has one open row. While PostgreSQL does not answer, the notices come from memory, so that
 * the operators are notified about PostgreSQL too; such an alert may be missing in the history.
 */
import type { Logger } from '../../shared/observability/logger.js';
import type { Alert } from '../core/alerts/tracker.js';
import type { AlertStore, Notice, StoredAlert } from './alert-store.js';
import type { AlertWatch } from './alert-watch.js';
import type { Webhook } from './webhook.js';

const SYNC_MS = 1_000;

export interface RecorderOptions {
  watch: Pick<AlertWatch, 'firing' | 'isReady'>;
  store: AlertStore;
  /** Null: no webhook is configured. */
  webhook: Webhook | null;
  monitor: string;
  /** Whether this monitor records now. */
  isRecorder: () => boolean;
  logger: Logger;
}

const toStored = (alert: Alert, monitor: string): StoredAlert => ({
  id: alert.id,
  rule: alert.rule.name,
  severity: alert.rule.severity,
  subject: alert.subject,
  text: alert.text,
  monitor,
  firedAt: new Date(alert.sinceMs),
  clearedAt: null,
  acknowledgedAt: null,
  acknowledgedBy: null,
  acknowledgedReason: null,
});

/** The row of the same rule and subject, which another monitor may have recorded. */
const findRow = (rows: readonly StoredAlert[], { rule, subject }: Alert): StoredAlert | undefined =>
  rows.find((row) => row.rule === rule.name && row.subject === subject);

export class AlertRecorder {
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> | null = null;
  private rows: readonly StoredAlert[] = [];
  /** Alerts whose notice came from memory. */
  private readonly unrecorded = new Map<string, StoredAlert>();
  private answers = true;

  constructor(private readonly options: RecorderOptions) {}

  start(): void {
    this.timer = setInterval(() => {
      this.running ??= this.sync().finally(() => (this.running = null));
    }, SYNC_MS);
  }

  /** @returns when no statement is under way. */
  async stop(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    await this.running;
    await this.options.webhook?.stop();
  }

  /** Whether PostgreSQL answered at the last attempt. */
  get isRecorded(): boolean {
    return this.answers;
  }

  /** The firing alerts, with their acknowledgements. */
  get open(): StoredAlert[] {
    const { watch, monitor } = this.options;
    return watch.firing.map((alert) => {
      const row = this.findRow(alert);
      return row ? { ...row, text: alert.text } : toStored(alert, monitor);
    });
  }

  /**
   * Acknowledges an alert; one that fires and is not recorded yet is recorded first. When another
   * monitor recorded it under its own id, that row is acknowledged. The next read of the open
   * alerts shows it. @returns null: there is no such alert. @throws Error when PostgreSQL does not
   * answer.
   */
  async acknowledge(id: string, actor: string, reason: string): Promise<StoredAlert | null> {
    const { store, watch } = this.options;
    let found = await store.acknowledge(id, actor, reason);
    const firing = watch.firing.find((alert) => alert.id === id);
    if (!found && firing) {
      await store.record(watch.firing);
      const row = findRow(await store.open(), firing);
      found = row ? await store.acknowledge(row.id, actor, reason) : null;
    }
    // A reading that began before the acknowledgement would replace the row with an older one.
    await this.running;
    const shown = found;
    if (shown?.clearedAt === null)
      this.rows = [...this.rows.filter((row) => row.id !== shown.id), shown];
    return found;
  }

  private async sync(): Promise<void> {
    const { watch, isRecorder, logger } = this.options;
    if (!watch.isReady) return;
    try {
      this.rows = await this.options.store.open();
      if (isRecorder()) await this.record();
      this.answers = true;
    } catch (error) {
      if (this.answers)
        logger.warn({ err: error }, 'cannot record the alerts; retrying every second');
      this.answers = false;
      if (isRecorder()) this.notifyFromMemory();
    }
  }

  private async record(): Promise<void> {
    const { store, watch, webhook } = this.options;
    const { firing } = watch;
    if (!this.isUpToDate(firing)) {
      await store.record(firing);
      await store.clearOthers(firing);
      this.rows = await store.open();
    }
    if (!webhook) return;
    this.notifyCleared();
    for (const notice of await store.untold()) webhook.push(notice);
  }

  /** Whether the open rows are exactly the firing alerts: then nothing is written. */
  private isUpToDate(firing: readonly Alert[]): boolean {
    return (
      firing.length === this.rows.length &&
      firing.every((alert) => this.findRow(alert) !== undefined)
    );
  }

  private findRow(alert: Alert): StoredAlert | undefined {
    return findRow(this.rows, alert);
  }

  private notifyFromMemory(): void {
    const { webhook, watch, monitor } = this.options;
    if (!webhook) return;
    for (const alert of watch.firing) {
      if (this.findRow(alert)) continue;
      const stored = toStored(alert, monitor);
      this.unrecorded.set(alert.id, stored);
      webhook.push({ kind: 'fired', alert: stored });
    }
    this.notifyCleared();
  }

  /** Notifies about the end of alerts that may have no row. */
  private notifyCleared(): void {
    const { webhook, watch } = this.options;
    const firing = new Set(watch.firing.map(({ id }) => id));
    for (const [id, alert] of this.unrecorded) {
      if (firing.has(id)) continue;
      this.unrecorded.delete(id);
      webhook?.push({
        kind: 'cleared',
        alert: { ...alert, clearedAt: new Date() },
      } satisfies Notice);
    }
  }
}
