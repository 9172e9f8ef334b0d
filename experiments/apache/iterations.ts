/**
 * Exercise 8: one user performs the two steps many times, with five requests each: the form of the
 * identification, the identification, the bill, the payment, and the page to which the payment
 * redirects. (The redirect of the identification is the request of the bill.)
 */
import { roundToTenth } from '../../shared/format.js';
import { Latencies } from '../statistics/latencies.js';
import { sum } from '../statistics/statistics.js';
import { Browser } from '../balancer/browser.js';
import type { FlowStep, FlowStepName } from '../balancer/flow-steps.js';
import type { RunningBalancer } from '../balancer/replicated-web.js';
import { countNamedRight } from './console.js';
import { readElections, STICKY, toFlow, type ExerciseContext } from './context.js';
import type { IterationFigures, RequestFigures } from './figures.js';

const STEPS = ['form', 'identify', 'bill', 'pay', 'payment'] as const;

class RequestRecorder {
  private readonly samples = new Map<FlowStepName, { latencies: Latencies; sumMs: number }>();
  private readonly startMs = performance.now();
  readonly errors: Record<string, number> = {};
  sent = 0;

  add({ name, durationMs, error }: FlowStep): void {
    const sample = this.samples.get(name) ?? { latencies: Latencies.of(), sumMs: 0 };
    sample.latencies.add(durationMs);
    sample.sumMs += durationMs;
    this.samples.set(name, sample);
    this.sent += 1;
    if (error !== null) this.errors[error] = (this.errors[error] ?? 0) + 1;
  }

  requests(): RequestFigures[] {
    return [...this.samples].map(([name, { latencies, sumMs }]) => {
      const { p95, p99 } = latencies.summary();
      return { name, mean: roundToTenth(sumMs / latencies.count), p95, p99 };
    });
  }

  throughputPerSec(): number {
    return roundToTenth((this.sent * 1_000) / (performance.now() - this.startMs));
  }
}

/** @returns the id of the record and the instance that answered its payment; null: none. */
async function iterate(
  { web }: ExerciseContext,
  running: RunningBalancer,
  browser: Browser,
  index: number,
  recorder: RequestRecorder,
): Promise<readonly [string, string | null] | null> {
  const patient = (index % web.cluster.patients.length) + 1;
  const flow = toFlow(running, { patient, browser });
  for (const name of STEPS) {
    const step = await flow.perform(name);
    recorder.add(step);
    if (step.error !== null) break;
  }
  const pay = flow.steps.find(({ name }) => name === 'pay');
  return flow.paymentId === null ? null : [flow.paymentId, pay?.instance ?? null];
}

export function performIterations(
  context: ExerciseContext,
  cookies: 'cleared' | 'kept',
): Promise<IterationFigures> {
  const { web, iterations, signal, show } = context;
  return web.withBalancer(STICKY, async (running) => {
    const browser = new Browser(running);
    const recorder = new RequestRecorder();
    const records = new Map<string, string | null>();
    for (let index = 0; index < iterations; index += 1) {
      signal.throwIfAborted();
      show(`Exercise 8 of 8: cookies ${cookies} · ${index}/${iterations} iterations`);
      if (cookies === 'cleared') browser.clearCookies();
      const record = await iterate(context, running, browser, index, recorder);
      if (record) records.set(...record);
    }
    const throughputPerSec = recorder.throughputPerSec();
    browser.close();
    const { sent, errors } = recorder;
    return {
      iterations,
      sent,
      failed: sum(Object.values(errors)),
      errors,
      elected: await readElections(running),
      namedRight: await countNamedRight(context, records),
      requests: recorder.requests(),
      throughputPerSec,
    };
  });
}
