/** The three routes of `createApp` (shared/http.ts), which every service has, as operations of a document. */
import { z } from 'zod';
import type { Route } from '../routes.js';

const checks = z.record(z.string(), z.boolean()).describe('What was looked at; true: good.');
const live = z.object({ status: z.literal('ok') });
const ready = z.object({ status: z.enum(['ok', 'unavailable']), checks });

export const HEALTH_SCHEMAS = { Liveness: live, Readiness: ready };

const METRICS = '# HELP relevo_http_request_seconds Time to answer\n# TYPE relevo_http_request_seconds histogram\n';
const notHandled = (): null => null;
const open = { method: 'get', tag: 'health', auth: [], handle: notHandled } as const;

/** @param names of the checks of `/readyz`, for the examples; the first one is the one that fails there. */
export function healthRoutes(names: readonly string[]): Route[] {
  const all = (first: boolean): Record<string, boolean> => Object.fromEntries(names.map((name, index) => [name, index > 0 || first]));
  return [
    {
      ...open, id: 'livez', path: '/livez',
      summary: 'Whether the process runs',
      description: 'For a supervisor: a process that does not answer is to be started again. Looks at nothing but itself.',
      responses: { 200: { description: 'It runs.', schema: live, example: { status: 'ok' } } },
    },
    {
      ...open, id: 'readyz', path: '/readyz',
      summary: 'Whether it can do its work now',
      description: 'For a balancer: an instance that is not ready gets no requests. Some checks are told and do not make it unready.',
      responses: {
        200: { description: 'It can.', schema: ready, example: { status: 'ok', checks: all(true) } },
        503: { description: 'It cannot; the checks say why.', schema: ready, example: { status: 'unavailable', checks: all(false) } },
      },
    },
    {
      ...open, id: 'metrics', path: '/metrics',
      summary: 'Metrics in the Prometheus text format',
      description: 'Counters, gauges and histograms of this process, their names beginning with `relevo_`, and those of Node.js.',
      responses: { 200: { description: 'The metrics.', contentType: 'text/plain', schema: z.string(), example: METRICS } },
    },
  ];
}
