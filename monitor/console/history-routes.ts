/**
 * Routes of the lists of elections, audit rows and replicas as JSON and CSV. They have the same
 * filters as the pages.
 */
import { z } from 'zod';
import { route, type Route } from '../../shared/http/routes.js';
import { getKnownStatus, withoutAddresses } from '../status/status.js';
import { AUDIT, ELECTION, REPLICA } from '../http/examples.js';
import {
  auditFilter,
  auditQuery,
  electionFilter,
  electionQuery,
  replicaQuery,
  type AuditQuery,
  type ElectionQuery,
  type ReplicaQuery,
} from './filters.js';
import { auditCsv, toAudit, toElection, electionsCsv, matchesQuery, replicasCsv } from './lists.js';
import { seesAll, type RoutesOptions } from '../http/options.js';
import type { ReplicaStatus } from '../../shared/contracts/status.js';
import {
  auditPage,
  electionPage,
  replicaList,
  type AuditPage,
  type ElectionPage,
} from '../http/schemas.js';

/** The next page begins before the last row. Null when there are no more rows. */
const getNext = <T>(
  rows: readonly T[],
  limit: number,
  keyOf: (row: T) => number,
): string | null => {
  const last = rows.length === limit ? rows.at(-1) : undefined;
  return last === undefined ? null : String(keyOf(last));
};

/** @param full whether to include boot ids. */
export async function readElections(
  { history }: Pick<RoutesOptions, 'history'>,
  query: ElectionQuery,
  full: boolean,
): Promise<ElectionPage> {
  const rows = await history.elections(electionFilter(query));
  return {
    elections: rows.map((row) => toElection(row, full)),
    next: getNext(rows, query.limit, ({ term }) => term),
  };
}

export async function auditRows(
  { history }: Pick<RoutesOptions, 'history'>,
  query: AuditQuery,
): Promise<AuditPage> {
  const rows = await history.audit(auditFilter(query));
  return { rows: rows.map(toAudit), next: getNext(rows, query.limit, ({ id }) => id) };
}

function listReplicas(
  { sources, sampler }: RoutesOptions,
  query: ReplicaQuery,
  full: boolean,
): ReplicaStatus[] {
  const known = getKnownStatus(sources, sampler.queue);
  return (full ? known : withoutAddresses(known)).replicas.filter((replica) =>
    matchesQuery(replica, query),
  );
}

const csv = (example: string) => ({
  description: 'The content of the JSON as a file.',
  contentType: 'text/csv',
  schema: z.string(),
  example,
});

function electionRoutes(options: RoutesOptions): Route[] {
  return [
    route({
      id: 'elections',
      method: 'get',
      path: '/elections',
      tag: 'watching',
      auth: [],
      query: electionQuery,
      queryExample: { limit: '10' },
      summary: 'List elections, newest first',
      description:
        'Terms only grow and each has one leader. For the next page send `next` as `cursor`.',
      responses: {
        200: {
          description: 'One page of the history.',
          schema: electionPage,
          example: { elections: [ELECTION], next: null },
        },
      },
      problems: ['UNAVAILABLE'],
      handle: async ({ query, request }) => ({
        status: 200,
        body: await readElections(options, query, await seesAll(options, request)),
      }),
    }),
    route({
      id: 'electionsCsv',
      method: 'get',
      path: '/elections.csv',
      tag: 'watching',
      auth: [],
      query: electionQuery,
      queryExample: { kind: 'kill' },
      summary: 'List elections as a CSV file',
      description:
        'Includes the steps of each hand-over in ms. Cells that a spreadsheet would treat as a formula begin with an apostrophe.',
      responses: { 200: csv('partition,term,leader\r\n0,4,server_2\r\n') },
      problems: ['UNAVAILABLE'],
      handle: async ({ query }) =>
        electionsCsv((await readElections(options, query, false)).elections),
    }),
  ];
}

function auditRoutes(options: RoutesOptions): Route[] {
  return [
    route({
      id: 'audit',
      method: 'get',
      path: '/audit',
      tag: 'acting',
      auth: ['operator'],
      query: auditQuery,
      queryExample: { limit: '10' },
      summary: 'List the actions of operators, with reasons and outcomes',
      description:
        'Newest first. The actor is `operator`, with the name from the sign-in, or the monitor that ended a maintenance window. For the next page send `next` as `cursor`.',
      responses: {
        200: {
          description: 'One page of the audit.',
          schema: auditPage,
          example: { rows: [AUDIT], next: null },
        },
      },
      problems: ['UNAVAILABLE'],
      handle: async ({ query }) => ({ status: 200, body: await auditRows(options, query) }),
    }),
    route({
      id: 'auditCsv',
      method: 'get',
      path: '/audit.csv',
      tag: 'acting',
      auth: ['operator'],
      query: auditQuery,
      queryExample: { action: 'state' },
      summary: 'List the actions of operators as a CSV file',
      description: 'Cells that a spreadsheet would treat as a formula begin with an apostrophe.',
      responses: { 200: csv('id,at,actor\r\n1,2026-11-21T09:00:00.000Z,operator\r\n') },
      problems: ['UNAVAILABLE'],
      handle: async ({ query }) => auditCsv((await auditRows(options, query)).rows),
    }),
  ];
}

function replicaRoutes(options: RoutesOptions): Route[] {
  const getRate = (id: string): number => options.sampler.since(1).at(-1)?.rates[id] ?? 0;
  return [
    route({
      id: 'replicas',
      method: 'get',
      path: '/replicas',
      tag: 'watching',
      auth: [],
      query: replicaQuery,
      queryExample: { observed: 'alive' },
      summary: 'List replicas, filtered by state',
      description:
        'As in the status: an operator sets `admin`, this monitor derives `observed`, and `opinions` has the opinion of each monitor.',
      responses: {
        200: {
          description: 'The replicas that match.',
          schema: replicaList,
          example: { replicas: [REPLICA] },
        },
      },
      handle: async ({ query, request }) => {
        const full = await seesAll(options, request);
        return { status: 200, body: { replicas: listReplicas(options, query, full) } };
      },
    }),
    route({
      id: 'replicasCsv',
      method: 'get',
      path: '/replicas.csv',
      tag: 'watching',
      auth: [],
      query: replicaQuery,
      queryExample: { admin: 'ready' },
      summary: 'List replicas as a CSV file',
      description:
        'Includes the payments that each replica committed in the last second. Contains no addresses or process ids.',
      responses: { 200: csv('id,admin,observed\r\nserver_1,ready,alive\r\n') },
      handle: ({ query }) => replicasCsv(listReplicas(options, query, false), getRate),
    }),
  ];
}

export const historyRoutes = (options: RoutesOptions): Route[] =>
  [electionRoutes, auditRoutes, replicaRoutes].flatMap((routes) => routes(options));
