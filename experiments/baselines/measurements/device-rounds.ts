/**
 * The rounds of a published device. It writes its measurement when the barrier is there; the leader
 * averages the measurements present, sends the mean, counts the round and lifts the barrier.
 *
 * After the loss of its connection, a device goes on alone with the last state that it read. The
 * leader sends its last mean again, once per period, for ever.
 */
import { sleep } from '../../../shared/clock.js';
import { ZNODES } from '../../../shared/contracts/measurements.js';
import { withDeadline } from '../../../shared/deadline.js';
import type { Logger } from '../../../shared/observability/logger.js';
import type { PublishedSession } from './session.js';

const POLL_MS = 20;
const SEND_MS = 5_000;
const PROBE_MS = 2_000;

interface Mean {
  round: number;
  epoch: number;
  mean: number;
  devices: number;
}

export interface DeviceSurroundings {
  id: string;
  session: PublishedSession;
  replicaUrl: string;
  internalToken: string;
  logger: Logger;
  signal: AbortSignal;
}

export class DeviceRounds {
  private candidate = '';
  private leads = false;
  private measuredRound = 0;
  private lastMean: Mean | null = null;
  private periodMs = 5_000;
  private apiUrl = '';

  constructor(private readonly around: DeviceSurroundings) {}

  async run(): Promise<void> {
    const { logger, signal } = this.around;
    await this.stand();
    try {
      for (;;) {
        signal.throwIfAborted();
        await this.takePart();
      }
    } catch (error) {
      if (signal.aborted) return;
      logger.warn({ err: error, leads: this.leads }, 'goes on alone');
    }
    await this.goOnAlone();
  }

  private async stand(): Promise<void> {
    const { session, id } = this.around;
    for (const path of [ZNODES.election, ZNODES.measurements, ZNODES.config])
      await session.makePath(path);
    const path = await session.stand(`${ZNODES.election}/${id}-`, id);
    this.candidate = path.slice(ZNODES.election.length + 1);
  }

  /** One step: a round of the leader, or the measurement of another device. */
  private async takePart(): Promise<void> {
    const { session, signal } = this.around;
    await this.readSettings();
    const candidates = (await session.listChildren(ZNODES.election)).sort(bySequence);
    this.leads = candidates[0] === this.candidate;
    if (this.leads && this.apiUrl !== '') return this.lead(candidates.length);
    const barrier = await session.read(ZNODES.barrier);
    if (barrier !== null) await this.measureOnce(Number(barrier.text));
    await sleep(POLL_MS, signal);
  }

  private async readSettings(): Promise<void> {
    const { session } = this.around;
    const period = await session.read(ZNODES.samplingPeriod);
    if (period !== null) this.periodMs = Number(period.text) * 1_000;
    this.apiUrl = (await session.read(ZNODES.apiUrl))?.text ?? this.apiUrl;
  }

  private async lead(candidates: number): Promise<void> {
    const { session, signal } = this.around;
    const begunMs = performance.now();
    const round = Number((await session.read(ZNODES.counter))?.text ?? 0) + 1;
    await session.write(ZNODES.barrier, String(round));
    await this.measureOnce(round);
    let values = await this.readMeasurements(round);
    while (values.size < candidates && performance.now() - begunMs < this.periodMs / 2) {
      await sleep(POLL_MS, signal);
      values = await this.readMeasurements(round);
    }
    await this.average(round, values);
    await session.write(ZNODES.counter, String(round));
    await session.remove(ZNODES.barrier);
    await sleep(this.periodMs - (performance.now() - begunMs), signal);
  }

  /** Logs the measurement before it writes it. */
  private async measureOnce(round: number): Promise<void> {
    if (this.measuredRound === round) return;
    const { session, id, logger } = this.around;
    const ms = await this.probe();
    logger.info({ round, ms }, 'measured');
    await session.writeEphemeral(`${ZNODES.measurements}/${id}`, JSON.stringify({ round, ms }));
    this.measuredRound = round;
  }

  /** The duration of a readiness check of the replica, ms. */
  private async probe(): Promise<number> {
    const { replicaUrl } = this.around;
    const startMs = performance.now();
    await withDeadline(PROBE_MS, null, (signal) =>
      fetch(`${replicaUrl}/readyz`, { signal }).then((answer) => answer.arrayBuffer()),
    ).catch(() => undefined);
    return performance.now() - startMs;
  }

  private async readMeasurements(round: number): Promise<Map<string, number>> {
    const { session } = this.around;
    const values = new Map<string, number>();
    for (const name of await session.listChildren(ZNODES.measurements)) {
      const node = await session.read(`${ZNODES.measurements}/${name}`);
      const written = JSON.parse(node?.text ?? '{}') as { round?: number; ms?: number };
      if (written.round === round && written.ms !== undefined) values.set(name, written.ms);
    }
    return values;
  }

  private async average(round: number, values: ReadonlyMap<string, number>): Promise<void> {
    if (values.size === 0) return;
    const mean = [...values.values()].reduce((total, ms) => total + ms, 0) / values.size;
    const epoch = getSequence(this.candidate) + 1;
    const { logger } = this.around;
    logger.info({ round, epoch, mean, values: Object.fromEntries(values) }, 'mean computed');
    this.lastMean = { round, epoch, mean, devices: values.size };
    await this.send(this.lastMean);
  }

  /** As published, the address has the mean alone. The other numbers are for the lab's judge. */
  private async send({ round, epoch, mean, devices }: Mean): Promise<void> {
    const { internalToken, logger } = this.around;
    const query = new URLSearchParams({
      dato: String(mean),
      round: String(round),
      epoch: String(epoch),
      devices: String(devices),
    });
    const isAccepted = await withDeadline(SEND_MS, null, (signal) =>
      fetch(`${this.apiUrl}?${query.toString()}`, {
        signal,
        headers: { authorization: `Bearer ${internalToken}` },
      }).then(({ ok }) => ok),
    ).catch(() => false);
    if (isAccepted) logger.info({ round, epoch }, 'mean accepted');
    else logger.warn({ round, epoch }, 'the API did not answer');
  }

  private async goOnAlone(): Promise<void> {
    const { signal } = this.around;
    while (!signal.aborted) {
      if (this.leads && this.lastMean) await this.send(this.lastMean);
      await sleep(this.periodMs, signal).catch(() => undefined);
    }
  }
}

const getSequence = (candidate: string): number => Number(candidate.split('-').at(-1));

const bySequence = (one: string, other: string): number => getSequence(one) - getSequence(other);
