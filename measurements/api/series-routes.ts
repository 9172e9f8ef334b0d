/** Routes of readers: the series, and the stream of rounds. None needs a token. */
import { z } from 'zod';
import { seriesAnswer, seriesQuery } from '../../shared/contracts/measurements.js';
import { Problem } from '../../shared/errors.js';
import { answeredHead, route, type Route } from '../../shared/http/routes.js';
import type { ApiParts } from './parts.js';

const ROUND = {
  round: 7,
  mean: 12.5,
  devices: 3,
  at: '2026-11-29T10:00:00.000Z',
  epoch: 4294967301,
};

const seriesRoute = ({ store }: ApiParts): Route =>
  route({
    id: 'series',
    method: 'get',
    path: '/series',
    tag: 'reading',
    auth: [],
    query: seriesQuery,
    queryExample: { last: '10' },
    summary: 'Get the last rounds',
    description:
      'Newest last. A mean is a duration in ms: the processing latency of a payment, averaged over the devices that measured. A round without a mean is missing.',
    responses: {
      200: { description: 'The rounds.', schema: seriesAnswer, example: { rounds: [ROUND] } },
    },
    problems: ['UNAVAILABLE'],
    handle: async ({ query }) => ({
      status: 200,
      body: { rounds: await store.readLast(query.last) },
    }),
  });

const eventsRoute = ({ stream }: ApiParts): Route =>
  route({
    id: 'events',
    method: 'get',
    path: '/events',
    tag: 'reading',
    auth: [],
    summary: 'Stream the rounds (server-sent events)',
    description: 'Events: `rounds` (the last rounds, on connect), `round` (each new one).',
    responses: {
      200: {
        description: 'A stream that does not end.',
        contentType: 'text/event-stream',
        schema: z.string(),
        example: `event: round\ndata: ${JSON.stringify(ROUND)}\n\n`,
      },
    },
    problems: ['TOO_BUSY', 'UNAVAILABLE'],
    handle: async ({ request, response }) => {
      if (answeredHead(request, response, 'text/event-stream')) return null;
      if (await stream.add(response)) return null;
      throw new Problem('TOO_BUSY', 'Too many clients already read the event stream');
    },
  });

export const seriesRoutes = (parts: ApiParts): Route[] => [seriesRoute(parts), eventsRoute(parts)];
