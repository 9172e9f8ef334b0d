/**
 * One Prometheus registry per process, and the metrics that all services share. Names follow the
 * conventions: prefix `relevo_`, base units, `_seconds`, `_total`. Labels have few values, and no
 * metric contains an id or data of a patient or payment. docs/metrics.md lists all.
 * @see https://prometheus.io/docs/practices/naming/
 */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

export const registry = new Registry();

/**
 * Gauges of the library that are named like counters. The same numbers, by type, exist under the
 * name without `_total`.
 */
const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

export function startMetrics(service: string, id: string): void {
  registry.setDefaultLabels({ service, id });
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
}

/**
 * @param series label values known in advance; they begin at 0. A series that appears with its
 *   first event shows no increase, so `rate()` would miss that event.
 */
export function counter<L extends string>(
  name: string,
  help: string,
  labelNames: readonly L[] = [],
  series: readonly Record<L, string>[] = [],
): Counter<L> {
  const made = new Counter({ name, help, labelNames: [...labelNames], registers: [registry] });
  for (const labels of series) made.inc(labels as Partial<Record<L, string>>, 0);
  return made;
}

/** @param collect called before each scrape to set the value. */
export const gauge = <L extends string>(
  name: string,
  help: string,
  labelNames: readonly L[] = [],
  collect?: (this: Gauge<L>) => void | Promise<void>,
): Gauge<L> =>
  new Gauge({
    name,
    help,
    labelNames: [...labelNames],
    registers: [registry],
    ...(collect ? { collect } : {}),
  });

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Buckets for the size of a group of payments. */
export const GROUP_SIZES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000];

export const histogram = <L extends string>(
  name: string,
  help: string,
  labelNames: readonly L[] = [],
  buckets: readonly number[] = SECONDS,
): Histogram<L> =>
  new Histogram({
    name,
    help,
    labelNames: [...labelNames],
    buckets: [...buckets],
    registers: [registry],
  });

export const httpRequestSeconds = histogram(
  'relevo_http_request_duration_seconds',
  'Duration of HTTP requests by route and status; 499: the client disconnected before the answer.',
  ['method', 'route', 'status'],
);

/** Steps of a hand-over. Monitors and replicas each measure a part. */
export const handoverSteps = (): Histogram<'step'> =>
  histogram(
    'relevo_handover_step_duration_seconds',
    'Steps of a hand-over. vote: until the election; promote: until the new leader confirms; reclaim: from the promotion to the first fetch; ' +
      'first-commit: from the promotion to the first commit.',
    ['step'],
  );

const dependencyUp = gauge(
  'relevo_dependency_up',
  '1 when the last check reached the dependency, else 0.',
  ['dependency'],
);

/** Records which dependencies the service reaches now. */
export function measureDependencies(reached: Readonly<Record<string, boolean>>): void {
  for (const [dependency, up] of Object.entries(reached))
    dependencyUp.set({ dependency }, up ? 1 : 0);
}
