/**
 * Sends notices about alerts to a webhook, one after the other, at least once: a notice is repeated
 * with growing pauses until the receiver answers with 2xx. After a quarter of an hour it is
 * dropped, and the recorder may push it again. The receiver recognises a repetition by `id` and
 * `event`.
 *
 * Each request is signed: `Relevo-Signature: t=SECONDS,v1=HEX`, where HEX is the HMAC-SHA256 of
 * `SECONDS.BODY` under the shared secret. A receiver must compare it and refuse an old time.
 */
import { createHmac } from 'node:crypto';
import { sleep, type Clock } from '../../shared/clock.js';
import type { Logger } from '../../shared/observability/logger.js';
import type { Notice } from './alert-store.js';

const TIMEOUT_MS = 5_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
const GIVE_UP_MS = 900_000;
/** Notices that wait; beyond it the oldest is dropped. */
const WAITING_MAX = 1_000;
/** Notices that are remembered as sent. */
const SENT_MAX = 5_000;
const SEC_MS = 1_000;

export interface WebhookOptions {
  url: string;
  secret: string;
  clock: Clock;
  logger: Logger;
  /** Receives each confirmed notice, and again when it is pushed again. */
  onTold: (notice: Notice) => Promise<void>;
}

interface Waiting {
  notice: Notice;
  pushedAt: number;
}

const toKey = ({ kind, alert }: Notice): string => `${alert.id} ${kind}`;

/** The body of the request. */
const toBody = ({ kind, alert }: Notice): string =>
  JSON.stringify({
    id: alert.id,
    event: `alert.${kind}`,
    rule: alert.rule,
    severity: alert.severity,
    subject: alert.subject,
    text: alert.text,
    monitor: alert.monitor,
    firedAt: alert.firedAt.toISOString(),
    clearedAt: alert.clearedAt?.toISOString() ?? null,
    runbook: `docs/runbook.md#${alert.rule.toLowerCase()}`,
  });

/** @param at epoch seconds. */
const sign = (secret: string, at: number, body: string): string =>
  `t=${at},v1=${createHmac('sha256', secret).update(`${at}.${body}`).digest('hex')}`;

export class Webhook {
  private waiting: Waiting[] = [];
  private readonly known = new Set<string>();
  private readonly sent = new Set<string>();
  private readonly ending = new AbortController();
  private working: Promise<void> | null = null;

  constructor(private readonly options: WebhookOptions) {}

  /** Enqueues a notice unless it waits already. A notice that was sent is only confirmed again. */
  push(notice: Notice): void {
    const key = toKey(notice);
    if (this.sent.has(key)) return void this.confirm(notice);
    if (this.known.has(key) || this.ending.signal.aborted) return;
    this.known.add(key);
    this.waiting.push({ notice, pushedAt: this.options.clock.now() });
    if (this.waiting.length > WAITING_MAX) this.drop(this.waiting[0] as Waiting, 'too many wait');
    this.working ??= this.work().finally(() => (this.working = null));
  }

  /** Ends the attempts. Recorded notices that were not sent follow after the next start. */
  async stop(): Promise<void> {
    this.ending.abort();
    await this.working;
  }

  private async work(): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    for (let next = this.waiting[0]; next && !this.ending.signal.aborted; next = this.waiting[0]) {
      const failure = await this.send(next.notice);
      if (failure === null) {
        this.leave(next);
        this.remember(next.notice);
        pauseMs = FIRST_PAUSE_MS;
      } else if (this.options.clock.now() - next.pushedAt > GIVE_UP_MS) {
        this.drop(next, failure);
      } else {
        await sleep(pauseMs, this.ending.signal).catch(() => undefined);
        pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      }
    }
  }

  /** @returns null when the receiver confirmed, otherwise the reason. */
  private async send(notice: Notice): Promise<string | null> {
    const { url, secret, clock } = this.options;
    const body = toBody(notice);
    const at = Math.floor(clock.wall().getTime() / SEC_MS);
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'Relevo-Signature': sign(secret, at, body) },
        body,
        redirect: 'error',
        signal: AbortSignal.any([this.ending.signal, AbortSignal.timeout(TIMEOUT_MS)]),
      });
      await response.body?.cancel();
      return response.ok ? null : `HTTP ${response.status}`;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  private remember(notice: Notice): void {
    this.sent.add(toKey(notice));
    const [oldest] = this.sent;
    if (this.sent.size > SENT_MAX && oldest !== undefined) this.sent.delete(oldest);
    void this.confirm(notice);
  }

  private async confirm(notice: Notice): Promise<void> {
    await this.options.onTold(notice).catch((error: unknown) => {
      this.options.logger.debug({ err: error }, 'cannot record that the webhook was notified');
    });
  }

  private drop(waiting: Waiting, reason: string): void {
    this.leave(waiting);
    const { kind, alert } = waiting.notice;
    this.options.logger.error(
      { rule: alert.rule, kind, reason },
      'gave up sending a notice to the webhook',
    );
  }

  private leave(waiting: Waiting): void {
    this.waiting = this.waiting.filter((each) => each !== waiting);
    this.known.delete(toKey(waiting.notice));
  }
}
