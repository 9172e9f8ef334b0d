/** One Prometheus registry a process. Names follow the conventions: base units, `_seconds`, `_total`. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

export const registry = new Registry();

/** Gauges of the library that are named like counters; the same numbers, by type, are under the name without `_total`. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

export function startMetrics(service: string, id: string): void {
  registry.setDefaultLabels({ service, id });
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
}

export const counter = <L extends string>(name: string, help: string, labelNames: readonly L[] = []): Counter<L> =>
  new Counter({ name, help, labelNames: [...labelNames], registers: [registry] });

export const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[] = []): Gauge<L> =>
  new Gauge({ name, help, labelNames: [...labelNames], registers: [registry] });

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export const histogram = <L extends string>(
  name: string,
  help: string,
  labelNames: readonly L[] = [],
  buckets: readonly number[] = SECONDS,
): Histogram<L> => new Histogram({ name, help, labelNames: [...labelNames], buckets: [...buckets], registers: [registry] });

export const httpRequestSeconds = histogram('relevo_http_request_duration_seconds', 'Duration of HTTP requests by route and status.', [
  'method',
  'route',
  'status',
]);
