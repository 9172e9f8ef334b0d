/**
 * Public routes: status, samples, live stream. Also the route that monitors use to poll each other.
 */
import { z } from 'zod';
import { id, parseWritten } from '../../shared/contracts/ids.js';
import { Problem } from '../../shared/errors.js';
import { answeredHead, route, type Route } from '../../shared/http/routes.js';
import { isTransient } from '../../shared/postgres/postgres.js';
import { getOpinions, getSuspects } from '../core/observed.js';
import { opinion } from '../cluster/peer-client.js';
import { toColumns, SAMPLE_MS } from '../status/sampler.js';
import { readStatus, withoutAddresses } from '../status/status.js';
import { findOldestWaiting, toWaitingStatus } from '../status/waiting-status.js';
import { EVENT_LINES, OPINION, SERIES, STATUS, WAITING } from './examples.js';
import { seesAll, type RoutesOptions } from './options.js';
import { status } from '../../shared/contracts/status.js';
import { waitingAnswer, type WaitingStatus } from '../../shared/contracts/waiting.js';
import { series } from './schemas.js';

const seriesQuery = z.strictObject({ minutes: parseWritten(z.int().min(1).max(15)).default(5) });

const statusRoute = (options: RoutesOptions): Route =>
  route({
    id: 'status',
    method: 'get',
    path: '/status',
    tag: 'watching',
    auth: [],
    summary: 'Get the status: leadership, replicas, waiting work',
    description:
      'Needs no token, but then omits addresses and process ids. The operator or internal token returns the full status.',
    responses: {
      200: {
        description: 'The status as this monitor knows it.',
        schema: status,
        example: STATUS,
      },
    },
    handle: async ({ request }) => {
      const full = await readStatus(options.sources);
      return {
        status: 200,
        body: (await seesAll(options, request)) ? full : withoutAddresses(full),
      };
    },
  });

const waitingQuery = z.strictObject({ payment: id.optional() });

async function findWaiting(
  { sources, history }: Pick<RoutesOptions, 'sources' | 'history'>,
  payment: string | undefined,
): Promise<WaitingStatus | null> {
  const [state, now] = [sources.state(), sources.clock.now()];
  if (payment === undefined) return findOldestWaiting(state, now, await sources.counts());
  try {
    const row = await history.pendingPayment(payment);
    return row && toWaitingStatus(state, now, row);
  } catch (error) {
    if (!isTransient(error)) throw error;
    return { cause: 'database', sentence: 'the database does not answer' };
  }
}

const waitingRoute = (options: RoutesOptions): Route =>
  route({
    id: 'waiting',
    method: 'get',
    path: '/waiting',
    tag: 'watching',
    auth: ['api', 'operator'],
    query: waitingQuery,
    summary: 'Get the cause why a payment waits',
    description:
      'With `payment`, of the pending payment with this id; without it, of the oldest pending payment. `waiting` is null when that payment is not pending.',
    responses: {
      200: {
        description: 'The cause, as a word and as a clause.',
        schema: waitingAnswer,
        example: WAITING,
      },
    },
    handle: async ({ query }) => ({
      status: 200,
      body: { waiting: await findWaiting(options, query.payment) },
    }),
  });

const seriesRoute = ({ sources, sampler }: RoutesOptions): Route =>
  route({
    id: 'series',
    method: 'get',
    path: '/series',
    tag: 'watching',
    auth: [],
    query: seriesQuery,
    queryExample: { minutes: '5' },
    summary: 'Get samples of the last minutes: rate, latency, waiting work',
    description:
      'One sample per second, as columns; null where a value is unknown. A restarted monitor begins without samples.',
    responses: {
      200: { description: 'The samples, oldest first.', schema: series, example: SERIES },
    },
    handle: ({ query }) => {
      const ids = sources.replicas.map(({ id }) => id);
      return {
        status: 200,
        body: {
          stepMs: SAMPLE_MS,
          ...toColumns(sampler.since(query.minutes), ids, sampler.pings),
        },
      };
    },
  });

const eventsRoute = (options: RoutesOptions): Route =>
  route({
    id: 'events',
    method: 'get',
    path: '/events',
    tag: 'watching',
    auth: [],
    summary: 'Stream the status, elections and suspicions (server-sent events)',
    description:
      'Events: status (when more than numbers changed), sample (each second, the numbers that changed), election:won, replica:suspected, replica:recovered, replica:left, leadership:lost, failover:completed, clock:jumped.',
    responses: {
      200: {
        description: 'A stream that does not end.',
        contentType: 'text/event-stream',
        schema: z.string(),
        example: EVENT_LINES,
      },
    },
    problems: ['TOO_BUSY'],
    handle: async ({ request, response }) => {
      if (answeredHead(request, response, 'text/event-stream')) return null;
      const full = await seesAll(options, request);
      if (await options.hub.add(response, full, request.headers['last-event-id']?.toString()))
        return null;
      throw new Problem('TOO_BUSY', 'Too many clients already read the event stream');
    },
  });

const opinionRoute = ({ sources, loop }: RoutesOptions): Route =>
  route({
    id: 'opinion',
    method: 'get',
    path: '/opinion',
    tag: 'monitors',
    auth: ['internal'],
    summary: 'Get the opinions of this monitor',
    description:
      'Monitors poll each other with this call. A suspicion of one monitor deposes no leader: that needs a majority of the monitors.',
    responses: {
      200: {
        description: 'Its own opinion, before any quorum.',
        schema: opinion,
        example: OPINION,
      },
    },
    handle: () => ({
      status: 200,
      body: {
        id: sources.id,
        suspects: getSuspects(loop.state),
        at: sources.clock.wall().toISOString(),
        opinions: getOpinions(loop.state),
        leader: loop.state.leadership?.leader ?? null,
        term: loop.state.leadership?.term ?? 0,
      },
    }),
  });

export const statusRoutes = (options: RoutesOptions): Route[] => [
  statusRoute(options),
  waitingRoute(options),
  seriesRoute(options),
  eventsRoute(options),
  opinionRoute(options),
];
