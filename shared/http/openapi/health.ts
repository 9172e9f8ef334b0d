/**
 * The three routes of `createApp` (shared/http/http.ts), common to all services, as operations of a
 * document.
 */
import { z } from 'zod';
import type { Route } from '../routes.js';

const checks = z.record(z.string(), z.boolean()).describe('The checks; true: good.');
const live = z.object({ status: z.literal('ok') });
const ready = z.object({ status: z.enum(['ok', 'unavailable']), checks });

export const HEALTH_SCHEMAS = { Liveness: live, Readiness: ready };

const METRICS =
  '# HELP relevo_http_request_seconds Time to answer\n# TYPE relevo_http_request_seconds histogram\n';
const notHandled = (): null => null;
const open = { method: 'get', tag: 'health', auth: [], handle: notHandled } as const;

/**
 * @param names of the checks of `/readyz`, for the examples; the first one fails in the example of
 *   503.
 */
export function healthRoutes(names: readonly string[]): Route[] {
  const all = (first: boolean): Record<string, boolean> =>
    Object.fromEntries(names.map((name, index) => [name, index > 0 || first]));
  return [
    {
      ...open,
      id: 'livez',
      path: '/livez',
      summary: 'Whether the process runs',
      description:
        'For a supervisor, which must restart a process that does not answer. Checks only the process itself.',
      responses: {
        200: { description: 'The process runs.', schema: live, example: { status: 'ok' } },
      },
    },
    {
      ...open,
      id: 'readyz',
      path: '/readyz',
      summary: 'Whether the service can work now',
      description:
        'For a balancer, which must send no requests to an instance that is not ready. Some checks are reported only and do not affect readiness.',
      responses: {
        200: {
          description: 'The service is ready.',
          schema: ready,
          example: { status: 'ok', checks: all(true) },
        },
        503: {
          description: 'The service is not ready; the checks name the reason.',
          schema: ready,
          example: { status: 'unavailable', checks: all(false) },
        },
      },
    },
    {
      ...open,
      id: 'metrics',
      path: '/metrics',
      summary: 'Metrics in the Prometheus text format',
      description:
        'Counters, gauges and histograms of this process with the prefix `relevo_`, and the metrics of Node.js.',
      responses: {
        200: {
          description: 'The metrics.',
          contentType: 'text/plain',
          schema: z.string(),
          example: METRICS,
        },
      },
    },
  ];
}
