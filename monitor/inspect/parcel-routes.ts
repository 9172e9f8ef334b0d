/** Routes of the queue: its parcels as a page and as JSON, for operators. They change nothing. */
import { z } from 'zod';
import { id, timestamp } from '../../shared/contracts/ids.js';
import { Problem } from '../../shared/errors.js';
import { route, type Answer, type Route } from '../../shared/http/routes.js';
import type { ReconnectingQueue } from '../../shared/queue/reconnecting-queue.js';
import { PARCEL_LIST } from './examples.js';
import { asPage, type PageDeps, type Shown } from './pages/as-page.js';
import { parcelsPage, queueAwayPage } from './pages/parcels-page.js';
import { listParcels } from './parcels.js';

export interface ParcelDeps extends PageDeps {
  queue: ReconnectingQueue;
}

const parcelList = z.object({
  waiting: z.int(),
  active: z.int(),
  parcels: z.array(
    z.object({
      id: z.string(),
      state: z.enum(['active', 'waiting']),
      addedAt: timestamp,
      startedAt: timestamp.nullable(),
      paymentIds: z.array(id),
      relayed: z.boolean(),
    }),
  ),
});

async function show({ queue }: ParcelDeps): Promise<Shown> {
  const page = { title: 'Queue', active: 'queue' } as const;
  try {
    return { ...page, body: parcelsPage(await listParcels(queue)) };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { ...page, body: queueAwayPage, status: error.status };
  }
}

const withRetry = (answer: Answer): Answer =>
  answer.status === 503
    ? { ...answer, headers: { ...answer.headers, 'Retry-After': '1' } }
    : answer;

/** `GET /queues`, `GET /queues.json`. */
export const parcelRoutes = (deps: ParcelDeps): Route[] => [
  route({
    id: 'queuePage',
    method: 'get',
    path: '/queues',
    tag: 'inspecting',
    auth: ['operator'],
    summary: 'Page of the parcels in the queue',
    responses: { 200: { description: 'A page.', contentType: 'text/html' } },
    problems: ['UNAVAILABLE'],
    handle: async ({ request }) =>
      withRetry(await asPage(deps, request, 'queue', () => show(deps))),
  }),
  route({
    id: 'queueJson',
    method: 'get',
    path: '/queues.json',
    tag: 'inspecting',
    auth: ['operator'],
    summary: 'List the parcels in the queue',
    description: 'The counts include all parcels; of each state the oldest 50 are listed.',
    responses: {
      200: { description: 'The parcels.', schema: parcelList, example: PARCEL_LIST },
    },
    problems: ['UNAVAILABLE'],
    handle: async () => ({
      status: 200,
      body: await listParcels(deps.queue),
      headers: { 'Cache-Control': 'no-store' },
    }),
  }),
];
