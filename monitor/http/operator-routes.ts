/**
 * Routes of operator actions: preview, hand over, set a replica's state; with fault switches also
 * kill and freeze.
 */
import { z } from 'zod';
import { memberId, reason, parseWritten } from '../../shared/contracts/ids.js';
import { handoverRequest, stateRequest } from '../../shared/contracts/leadership.js';
import { Problem } from '../../shared/errors.js';
import { LONGEST_BLOCK_MS } from '../../shared/fault-switches.js';
import { route, type Route } from '../../shared/http/routes.js';
import { ACTIONS, previewAction } from '../core/preview.js';
import { FROZEN, HANDED_OVER, KILLED, PREVIEW, STATE_SET } from './examples.js';
import type { Moved } from './operations.js';
import type { RoutesOptions } from './options.js';
import {
  handoverAnswer,
  preview,
  stateAnswer,
  faultAnswer,
  type HandoverAnswer,
} from './schemas.js';

const replicaPath = z.object({ id: memberId });
const paramsExample = { id: 'server_1' };

/** Minimum freeze, ms. A shorter freeze has no visible effect. */
const SHORTEST_FREEZE_MS = 100;
const freezeMs = parseWritten(z.int().min(SHORTEST_FREEZE_MS).max(LONGEST_BLOCK_MS)).default(2_000);
const previewQuery = z.strictObject({
  action: z.enum(ACTIONS),
  replica: z.union([z.literal(''), memberId]).optional(),
  freezeMs,
});
const killRequest = z.strictObject({ reason });
const freezeRequest = z.strictObject({ reason, freezeMs });

function toHandoverAnswer({ leadership, previous, drained, tookMs }: Moved): HandoverAnswer {
  const { partition, term, leader } = leadership;
  return {
    partition,
    term,
    leader: leader ?? '',
    previous,
    drained,
    tookMs: Math.round(tookMs * 100) / 100,
  };
}

const leads = ({ loop }: RoutesOptions): { leader: string | null; term: number } => ({
  leader: loop.state.leadership?.leader ?? null,
  term: loop.state.leadership?.term ?? 0,
});

const MOVING = ['REPLICA_NOT_FOUND', 'NO_CANDIDATE', 'HANDOVER_LOST', 'UNAVAILABLE'] as const;

function previewRoute({ loop, sources, faults }: RoutesOptions): Route {
  return route({
    id: 'preview',
    method: 'get',
    path: '/preview',
    tag: 'acting',
    auth: ['operator'],
    query: previewQuery,
    queryExample: { action: 'drain', replica: 'server_2' },
    summary: 'Preview an operator action',
    description:
      'Applies the same rules as the action: leader, candidates, worst-case time without a leader, possible refusal. Changes nothing.',
    responses: {
      200: {
        description: 'The preview as data and as sentences.',
        schema: preview,
        example: PREVIEW,
      },
    },
    problems: ['NOT_FOUND'],
    handle: ({ query }) => {
      const { action } = query;
      if (faults === null && (action === 'kill' || action === 'freeze'))
        throw new Problem('NOT_FOUND', 'Fault switches are off (FAULTS=off)');
      const intent = { action, replica: query.replica || null, freezeMs: query.freezeMs };
      return {
        status: 200,
        body: previewAction(loop.state, intent, { now: sources.clock.now(), random: 0 }),
      };
    },
  });
}

const handoverRoute = ({ operations, sessions }: RoutesOptions): Route =>
  route({
    id: 'handover',
    method: 'post',
    path: '/handover',
    tag: 'acting',
    auth: ['operator'],
    body: handoverRequest,
    bodyExample: { reason: 'kernel update of server_1' },
    summary: 'Hand over leadership gracefully',
    description:
      'The leader finishes its payments in flight, then the term moves. A request that names the current leader moves nothing.',
    responses: {
      200: {
        description: 'The leadership after the hand-over.',
        schema: handoverAnswer,
        example: HANDED_OVER,
      },
    },
    problems: MOVING,
    handle: async ({ body, request }) => {
      const actor = await sessions.getActor(request);
      return {
        status: 200,
        body: toHandoverAnswer(
          await operations.handOver(body.to ?? null, { actor, reason: body.reason }),
        ),
      };
    },
  });

const stateRoute = (options: RoutesOptions): Route =>
  route({
    id: 'setReplicaState',
    method: 'post',
    path: '/replicas/{id}/state',
    tag: 'acting',
    auth: ['operator'],
    params: replicaPath,
    paramsExample,
    body: stateRequest,
    bodyExample: { state: 'drain', reason: 'new disk' },
    summary: 'Set a replica to ready, drain or maint',
    description:
      'For the leader, `drain` and `maint` first hand over leadership. Without another candidate nothing changes. With `until` the monitors return the replica to ready at that time, also when it is down; a later change of state replaces the time.',
    responses: {
      200: {
        description: 'The stored state and the current leader.',
        schema: stateAnswer,
        example: STATE_SET,
      },
    },
    problems: [...MOVING, 'SCHEDULE_TIME_INVALID'],
    handle: async ({ params, body, request }) => {
      const { operations, schedule, sessions } = options;
      const { state, reason, until = null } = body;
      const { id } = params;
      const actor = await sessions.getActor(request);
      if (until !== null) await schedule.requireTimely(until);
      const moved = await operations.setState({ id, state, reason, actor, until });
      const now = { id, admin: state, reason, until, ...leads(options) };
      return { status: 200, body: { ...now, moved: moved && toHandoverAnswer(moved) } };
    },
  });

/** These routes exist only with fault switches. */
function faultRoutes({ operations, sessions }: RoutesOptions): Route[] {
  const shared = {
    method: 'post',
    tag: 'faults',
    auth: ['operator'],
    params: replicaPath,
    paramsExample,
  } as const;
  return [
    route({
      ...shared,
      id: 'killReplica',
      path: '/replicas/{id}/kill',
      body: killRequest,
      bodyExample: { reason: 'showing a hand-over' },
      summary: 'Kill a replica (SIGKILL)',
      description:
        'Requires FAULTS=on at this monitor and at the replica. If the replica led, the response waits for the election of another leader.',
      responses: {
        200: { description: 'The effect of the fault.', schema: faultAnswer, example: KILLED },
      },
      problems: ['REPLICA_NOT_FOUND', 'UNAVAILABLE'],
      handle: async ({ params, body, request }) => {
        const actor = await sessions.getActor(request);
        const outcome = await operations.injectFault(
          params.id,
          { kind: 'kill' },
          { actor, reason: body.reason },
        );
        return { status: 200, body: { id: params.id, ...outcome } };
      },
    }),
    route({
      ...shared,
      id: 'freezeReplica',
      path: '/replicas/{id}/freeze',
      body: freezeRequest,
      bodyExample: { freezeMs: 2_000, reason: 'showing a frozen leader' },
      summary: 'Freeze a replica',
      description:
        'Requires FAULTS=on at this monitor and at the replica. The replica keeps its connections and answers nothing, then continues.',
      responses: {
        200: { description: 'The effect of the fault.', schema: faultAnswer, example: FROZEN },
      },
      problems: ['REPLICA_NOT_FOUND', 'UNAVAILABLE'],
      handle: async ({ params, body, request }) => {
        const actor = await sessions.getActor(request);
        const outcome = await operations.injectFault(
          params.id,
          { kind: 'freeze', ms: body.freezeMs },
          { actor, reason: body.reason },
        );
        return { status: 200, body: { id: params.id, ...outcome } };
      },
    }),
  ];
}

export const operatorRoutes = (options: RoutesOptions): Route[] => [
  previewRoute(options),
  handoverRoute(options),
  stateRoute(options),
  ...(options.faults ? faultRoutes(options) : []),
];
