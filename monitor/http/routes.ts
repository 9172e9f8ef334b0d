/** The monitor's HTTP surface as a table. Reading is open, without addresses; acting needs the operator's token. */
import { readFileSync } from 'node:fs';
import type { Request } from 'express';
import { tokenKind, type Tokens } from '../../shared/auth.js';
import { memberId } from '../../shared/contracts/ids.js';
import { handoverRequest, stateRequest } from '../../shared/contracts/leadership.js';
import { Problem } from '../../shared/errors.js';
import { afterResponse, serviceFaults, type FaultSwitches } from '../../shared/fault-switches.js';
import { docsRoutes } from '../../shared/docs/routes.js';
import { openApi, OPEN_API_EXAMPLE } from '../../shared/openapi/about.js';
import { openApiDocument, type OpenApiDocument } from '../../shared/openapi.js';
import { route, type Route } from '../../shared/routes.js';
import { z } from 'zod';
import { suspectsOf } from '../core/observed.js';
import type { EventHub } from '../event-hub.js';
import type { ElectionRow, LeadershipStore } from '../leadership-store.js';
import type { MonitorLoop } from '../loop.js';
import { opinion } from '../peer-client.js';
import { statusOf, withoutAddresses, type StatusSources } from '../status.js';
import { consoleRoutes } from './console-routes.js';
import { ELECTION, EVENT_LINES, HANDED_OVER, NO_FAULTS, OPINION, STATE_SET, STATUS } from './examples.js';
import type { Operations } from './operations.js';
import {
  election, electionPage, electionQuery, handoverAnswer, stateAnswer, status, type Election,
} from './schemas.js';
import type { Sessions } from './session.js';
import { signInRoutes } from './sign-in.js';

export interface RoutesOptions {
  loop: MonitorLoop;
  store: Pick<LeadershipStore, 'elections'>;
  operations: Operations;
  hub: EventHub;
  sources: StatusSources;
  tokens: Tokens;
  sessions: Sessions;
  /** Null: fault switches do not exist. */
  faults: FaultSwitches | null;
}

/** Who shows the operator's or the services' token, or is signed in, sees addresses and process ids. */
async function seesAll({ tokens, sessions }: Pick<RoutesOptions, 'tokens' | 'sessions'>, request: Request): Promise<boolean> {
  const { authorization } = request.headers;
  if (authorization === undefined) return (await sessions.read(request)) !== null;
  return ['operator', 'internal'].includes(tokenKind(tokens, authorization) ?? '');
}

const iso = (at: Date | null): string | null => at?.toISOString() ?? null;

function electionOf({ bootId, ...row }: ElectionRow, full: boolean): Election {
  return {
    ...row,
    ...(full ? { bootId } : {}),
    suspectedAt: iso(row.suspectedAt),
    electedAt: row.electedAt.toISOString(),
    promotedAt: iso(row.promotedAt),
    firstCommitAt: iso(row.firstCommitAt),
  };
}

const replicaPath = z.object({ id: memberId });

function readingRoutes(options: RoutesOptions): Route[] {
  const { sources, store, hub, loop } = options;
  return [
    route({
      id: 'status', method: 'get', path: '/status', tag: 'watching', auth: [],
      summary: 'Who leads, what the replicas are, what waits',
      description: 'Open to everybody, then without addresses and process ids. With the operator or internal token in full.',
      responses: { 200: { description: 'The status as this monitor knows it.', schema: status, example: STATUS } },
      handle: async ({ request }) => {
        const full = await statusOf(sources);
        return { status: 200, body: (await seesAll(options, request)) ? full : withoutAddresses(full) };
      },
    }),
    route({
      id: 'elections', method: 'get', path: '/elections', tag: 'watching', auth: [], query: electionQuery,
      queryExample: { limit: '10' },
      summary: 'Who led when and why, newest first',
      description: 'Terms only grow and each has one leader. For the next page give `next` as `cursor`.',
      responses: { 200: { description: 'One page of the history.', schema: electionPage, example: { elections: [ELECTION], next: null } } },
      problems: ['UNAVAILABLE'],
      handle: async ({ query, request }) => {
        const full = await seesAll(options, request);
        const rows = await store.elections(query.limit, query.cursor === undefined ? null : Number(query.cursor));
        const last = rows.length === query.limit ? rows.at(-1) : undefined;
        return { status: 200, body: { elections: rows.map((row) => electionOf(row, full)), next: last ? String(last.term) : null } };
      },
    }),
    route({
      id: 'events', method: 'get', path: '/events', tag: 'watching', auth: [],
      summary: 'Live: the status, elections, suspicions (server-sent events)',
      description: 'Events: status, election:won, replica:suspected, replica:recovered, replica:left, leadership:lost, failover:completed, clock:jumped.',
      responses: { 200: { description: 'A stream that does not end.', contentType: 'text/event-stream', schema: z.string(), example: EVENT_LINES } },
      problems: ['TOO_BUSY'],
      handle: async ({ request, response }) => {
        const full = await seesAll(options, request);
        if (await hub.add(response, full, request.headers['last-event-id']?.toString())) return null;
        throw new Problem('TOO_BUSY', 'Too many readers follow the events already');
      },
    }),
    route({
      id: 'opinion', method: 'get', path: '/opinion', tag: 'monitors', auth: ['internal'],
      summary: 'Whom this monitor suspects',
      description: 'What monitors ask each other. Who suspects alone deposes nobody: that needs a majority of the monitors.',
      responses: { 200: { description: 'Its own opinion, before any quorum.', schema: opinion, example: OPINION } },
      handle: () => ({
        status: 200,
        body: { id: sources.id, suspects: suspectsOf(loop.state), at: sources.clock.wall().toISOString() },
      }),
    }),
  ];
}

function actingRoutes({ operations, loop }: RoutesOptions): Route[] {
  const leads = (): { leader: string | null; term: number } => ({
    leader: loop.state.leadership?.leader ?? null,
    term: loop.state.leadership?.term ?? 0,
  });
  return [
    route({
      id: 'handover', method: 'post', path: '/handover', tag: 'acting', auth: ['operator'], body: handoverRequest,
      bodyExample: { reason: 'kernel update of server_1' },
      summary: 'Hand the leadership over, in good order',
      description: 'The leader finishes what is in flight, then the term moves. Naming the present leader moves nothing.',
      responses: { 200: { description: 'Who leads now.', schema: handoverAnswer, example: HANDED_OVER } },
      problems: ['REPLICA_NOT_FOUND', 'NO_CANDIDATE', 'HANDOVER_LOST', 'UNAVAILABLE'],
      handle: async ({ body }) => {
        const { leadership, previous, drained, tookMs } = await operations.handOver(body.to ?? null, body.reason);
        const { partition, term, leader } = leadership;
        return { status: 200, body: { partition, term, leader, previous, drained, tookMs: Math.round(tookMs * 100) / 100 } };
      },
    }),
    route({
      id: 'setReplicaState', method: 'post', path: '/replicas/{id}/state', tag: 'acting', auth: ['operator'],
      params: replicaPath, paramsExample: { id: 'server_1' }, body: stateRequest, bodyExample: { state: 'drain', reason: 'new disk' },
      summary: 'Set a replica to ready, drain or maint',
      description: 'Taking the leader out of service hands over first; when nobody can follow, nothing is changed.',
      responses: { 200: { description: 'The state as it is recorded, and who leads now.', schema: stateAnswer, example: STATE_SET } },
      problems: ['REPLICA_NOT_FOUND', 'NO_CANDIDATE', 'HANDOVER_LOST', 'UNAVAILABLE'],
      handle: async ({ params, body }) => {
        await operations.setState(params.id, body.state, body.reason);
        return { status: 200, body: { id: params.id, admin: body.state, reason: body.reason, ...leads() } };
      },
    }),
  ];
}

function faultRoutes(switches: FaultSwitches): Route[] {
  return [
    route({
      id: 'faults', method: 'get', path: '/faults', tag: 'faults', auth: ['internal'],
      summary: 'What is broken on purpose',
      description: 'There with FAULTS=on only.',
      responses: { 200: { description: 'The switches as they were set last.', schema: serviceFaults, example: NO_FAULTS } },
      handle: () => ({ status: 200, body: switches.get() }),
    }),
    route({
      id: 'setFaults', method: 'post', path: '/faults', tag: 'faults', auth: ['internal'], body: serviceFaults,
      bodyExample: { wallAheadMs: 60_000 },
      summary: 'Break something on purpose; what is left out is healed',
      description: 'There with FAULTS=on only. The event loop can be made to stand still after the answer, and the clocks to jump.',
      responses: { 200: { description: 'The switches as they are now.', schema: serviceFaults, example: NO_FAULTS } },
      handle: ({ body, response }) => ({ status: 200, body: switches.set(body, afterResponse(response)) }),
    }),
  ];
}

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };

const DESCRIPTION = `Watches the payment replicas, elects one of them, hands over.

Looking is open to everybody, then without addresses and process ids. Acting needs the operator's token and leaves a row in the audit.`;

const TAGS = {
  watching: 'Who leads, what the replicas are, what happened.',
  acting: 'What an operator may do. Each action says why, and is recorded.',
  monitors: 'Between monitors.',
  faults: 'Breaking things on purpose, in laboratories.',
};

/** Where `npm start` has the first monitor. */
const BASE = 'http://127.0.0.1:5000';

const documentOf = (routes: readonly Route[], server: string): OpenApiDocument =>
  openApiDocument({
    title: 'Relevo: monitor', version, description: DESCRIPTION, base: BASE, servers: [server], routes, tags: TAGS,
    schemas: { Status: status, Election: election }, client: 'createMonitorClient', checks: ['postgres', 'leadership'], servedBy: false,
  });

/** The whole table; the last row is the document about the others. */
export function monitorRoutes(options: RoutesOptions): Route[] {
  const { faults, sessions, tokens, sources } = options;
  const console = { sessions, tokens, monitor: sources.id };
  let made: OpenApiDocument | undefined;
  const routes = [
    ...readingRoutes(options), ...actingRoutes(options), ...(faults ? faultRoutes(faults) : []),
    ...consoleRoutes(console), ...signInRoutes(console), ...docsRoutes('monitor', 'Console'),
  ];
  routes.push(route({
    id: 'openApi', method: 'get', path: '/openapi.json', tag: 'watching', auth: [],
    summary: 'This API as an OpenAPI 3.1 document',
    description: 'Made of the table that also routes and validates, so it says what this monitor does. Read it as a page at `/docs`.',
    responses: { 200: { description: 'The document.', schema: openApi, example: OPEN_API_EXAMPLE } },
    handle: () => ({ status: 200, body: (made ??= documentOf(routes, '/')) }),
  }));
  return routes;
}

/** The document without a monitor, fault switches included: nobody's handlers, which are never called. */
export const offlineDocument = (): OpenApiDocument => documentOf(monitorRoutes({ faults: {}, sources: {} } as RoutesOptions), BASE);
