/** The routes of the rolling restart, which the supervisor (`npm start`) performs. */
import {
  currentRestart,
  restartPlan,
  restartRecord,
  restartRequest,
} from '../../shared/contracts/rolling-restart.js';
import { route, type Route } from '../../shared/http/routes.js';
import { requireSupervisor } from '../supervisor/require-supervisor.js';
import { RESTART, RESTART_STEPS } from './examples.js';
import type { RoutesOptions } from './options.js';

const STARTS =
  'The supervisor restarts one process after another: it drains each instance, hands over the leadership, and restarts this monitor too. The restart goes on meanwhile; read its progress with getRestart. It stops at the first process that does not come back. The audit row is written at the end.';

function readingRoutes(options: RoutesOptions): Route[] {
  return [
    route({
      id: 'planRestart',
      method: 'get',
      path: '/restarts/plan',
      tag: 'acting',
      auth: ['operator'],
      summary: 'Preview a rolling restart',
      description: 'The steps in order, with their expected durations. Changes nothing.',
      responses: {
        200: { description: 'The steps.', schema: restartPlan, example: RESTART_STEPS },
      },
      problems: ['NO_SUPERVISOR', 'UNAVAILABLE'],
      handle: async () => ({ status: 200, body: await requireSupervisor(options).plan() }),
    }),
    route({
      id: 'getRestart',
      method: 'get',
      path: '/restarts/current',
      tag: 'watching',
      auth: ['operator'],
      summary: 'Get the rolling restart in progress, or the last one',
      description: 'The state of each step. `null`: there was none since `npm start`.',
      responses: {
        200: {
          description: 'The restart.',
          schema: currentRestart,
          example: { restart: RESTART },
        },
      },
      problems: ['NO_SUPERVISOR', 'UNAVAILABLE'],
      handle: async () => ({
        status: 200,
        body: { restart: await requireSupervisor(options).readCurrent() },
      }),
    }),
  ];
}

export const restartRoutes = (options: RoutesOptions): Route[] => [
  ...readingRoutes(options),
  route({
    id: 'startRestart',
    method: 'post',
    path: '/restarts',
    tag: 'acting',
    auth: ['operator'],
    body: restartRequest,
    bodyExample: { reason: 'new version' },
    summary: 'Restart all services, one process after another',
    description: STARTS,
    responses: {
      202: { description: 'The restart has begun.', schema: restartRecord, example: RESTART },
    },
    problems: ['NO_SUPERVISOR', 'RESTART_IN_PROGRESS', 'UNAVAILABLE'],
    handle: async ({ body: { reason }, request }) => {
      const supervisor = requireSupervisor(options);
      const actor = await options.sessions.getActor(request);
      return { status: 202, body: await supervisor.start({ reason, actor }) };
    },
  }),
];
