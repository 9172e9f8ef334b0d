/** The routes of hand-overs at a later time: order, list, cancel. */
import { z } from 'zod';
import { id } from '../../shared/contracts/ids.js';
import {
  cancelScheduleRequest,
  scheduledHandover,
  scheduledHandovers,
  scheduleRequest,
} from '../../shared/contracts/scheduled-handover.js';
import { route, type Route } from '../../shared/http/routes.js';
import { SCHEDULED, UNSCHEDULED } from './examples.js';
import type { RoutesOptions } from './options.js';

const DESCRIPTION = `At its time, one monitor carries the order out like \`POST /handover\`, exactly once. The time is UTC, 5 seconds to
7 days from now. At most one order is pending. The order ends as \`missed\` with the cause when no other replica is ready, the named replica leads
already, without \`to\` when the leader of the order does not lead any more, and when no monitor could begin within 60 s of the time. It is never
tried later.`;

function orderRoute({ schedule, sessions }: RoutesOptions): Route {
  return route({
    id: 'scheduleHandover',
    method: 'post',
    path: '/scheduled-handovers',
    tag: 'acting',
    auth: ['operator'],
    body: scheduleRequest,
    bodyExample: { at: SCHEDULED.at, to: 'server_2', reason: SCHEDULED.reason },
    summary: 'Schedule a hand-over',
    description: DESCRIPTION.replaceAll('\n', ' '),
    responses: {
      201: { description: 'The pending order.', schema: scheduledHandover, example: SCHEDULED },
    },
    problems: ['SCHEDULE_TIME_INVALID', 'SCHEDULE_EXISTS', 'REPLICA_NOT_FOUND', 'UNAVAILABLE'],
    handle: async ({ body: { at, to = null, reason }, request }) => {
      const actor = await sessions.getActor(request);
      return { status: 201, body: await schedule.order({ at, to, reason, actor }) };
    },
  });
}

const listRoute = ({ schedule }: RoutesOptions): Route =>
  route({
    id: 'listScheduledHandovers',
    method: 'get',
    path: '/scheduled-handovers',
    tag: 'acting',
    auth: ['operator'],
    summary: 'List scheduled hand-overs',
    description: 'The newest 50 with their results, newest first.',
    responses: {
      200: {
        description: 'The orders.',
        schema: scheduledHandovers,
        example: { scheduled: [SCHEDULED] },
      },
    },
    problems: ['UNAVAILABLE'],
    handle: async () => ({ status: 200, body: { scheduled: await schedule.list() } }),
  });

const cancelRoute = ({ schedule, sessions }: RoutesOptions): Route =>
  route({
    id: 'cancelScheduledHandover',
    method: 'post',
    path: '/scheduled-handovers/{id}/cancel',
    tag: 'acting',
    auth: ['operator'],
    params: z.object({ id }),
    paramsExample: { id: SCHEDULED.id },
    body: cancelScheduleRequest,
    bodyExample: { reason: 'the update is postponed' },
    summary: 'Cancel a scheduled hand-over',
    description: 'Only a pending order can be cancelled.',
    responses: {
      200: { description: 'The cancelled order.', schema: scheduledHandover, example: UNSCHEDULED },
    },
    problems: ['SCHEDULE_NOT_FOUND', 'SCHEDULE_ENDED', 'UNAVAILABLE'],
    handle: async ({ params, body, request }) => {
      const actor = await sessions.getActor(request);
      return { status: 200, body: await schedule.cancel(params.id, body.reason, actor) };
    },
  });

export const scheduleRoutes = (options: RoutesOptions): Route[] => [
  orderRoute(options),
  listRoute(options),
  cancelRoute(options),
];
