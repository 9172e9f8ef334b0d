/**
 * Records the evidence of a running system: the lines of its devices as they are written, and the
 * series of the API, which it polls. Keeps each mean that was ever in the series.
 */
import type { ManagedProcess } from '../../local/processes/processes.js';
import { sleep } from '../../shared/clock.js';
import { withDeadline } from '../../shared/deadline.js';
import {
  readDeviceLine,
  readSeries,
  type AcceptedMean,
  type AnsweredMean,
  type ComputedMean,
  type DeviceEvent,
  type MeanEvidence,
  type LoggedMeasurement,
} from './evidence.js';

const POLL_MS = 100;
const ANSWER_MS = 2_000;
/** Rounds per poll: more than begin between two polls, also after a restart of the API. */
const LAST = 100;
const OLD_EPOCH = /^relevo_measurement_means_total\{[^}]*result="old_epoch"[^}]*\} (\d+)/m;

export class MeanRecorder implements MeanEvidence {
  readonly measured: LoggedMeasurement[] = [];
  readonly computed: ComputedMean[] = [];
  readonly answered: AnsweredMean[] = [];
  private readonly byKey = new Map<string, AcceptedMean>();
  /** Rounds that began before the recording are not judged. */
  private ignoredRound = 0;
  private readonly ended = new AbortController();
  private polling: Promise<unknown> = Promise.resolve();

  private constructor(private readonly url: string) {}

  /** @throws Error when the API does not answer. */
  static async start(devices: readonly ManagedProcess[], url: string): Promise<MeanRecorder> {
    const recorder = new MeanRecorder(url);
    for (const device of devices)
      device.on('line', (line) => recorder.keep(readDeviceLine(device.name, line)));
    const before = await recorder.readLast();
    recorder.ignoredRound = Math.max(0, ...before.map(({ round }) => round)) + 1;
    recorder.polling = recorder.pollUntilStop();
    return recorder;
  }

  /** In the order in which the recorder saw them. */
  get accepted(): AcceptedMean[] {
    return [...this.byKey.values()];
  }

  /** Reads the series now. Errors are ignored: the API may be down. */
  async poll(): Promise<void> {
    const means = await this.readLast().catch(() => []);
    for (const mean of means)
      if (mean.round > this.ignoredRound) this.byKey.set(Object.values(mean).join('/'), mean);
  }

  /**
   * Number of means that the API has refused because of an old epoch, since its start; 0: it is
   * down, or never refuses.
   */
  async readRefused(): Promise<number> {
    const text = await this.get('/metrics', (answer) => answer.text()).catch(() => '');
    return Number(OLD_EPOCH.exec(text)?.[1] ?? 0);
  }

  async stop(): Promise<void> {
    this.ended.abort();
    await this.polling;
    await this.poll();
  }

  private keep(event: DeviceEvent | null): void {
    if (event === null) return;
    const { kind, ...fields } = event;
    if (fields.round <= this.ignoredRound) return;
    if (kind === 'measured') this.measured.push(fields as LoggedMeasurement);
    else if (kind === 'computed') this.computed.push(fields as ComputedMean);
    else this.answered.push(fields as AnsweredMean);
  }

  private async pollUntilStop(): Promise<void> {
    while (!this.ended.signal.aborted) {
      await this.poll();
      await sleep(POLL_MS, this.ended.signal).catch(() => undefined);
    }
  }

  private async readLast(): Promise<AcceptedMean[]> {
    return readSeries(await this.get(`/series?last=${LAST}`, (answer) => answer.json()));
  }

  private get<T>(path: string, read: (answer: Response) => Promise<T>): Promise<T> {
    return withDeadline(ANSWER_MS, null, async (signal) => {
      const answer = await fetch(`${this.url}${path}`, { signal });
      if (!answer.ok) throw new Error(`${path} answers ${answer.status}`);
      return read(answer);
    });
  }
}
