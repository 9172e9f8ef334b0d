/** Routes of the stored samples: the columns of a period, one moment, the page *Look back*. */
import { z } from 'zod';
import { route, type Route } from '../../shared/http/routes.js';
import { consoleAnswer } from '../console/shell.js';
import { chooseTier, PERIOD_MAX_SEC } from '../core/sample-tiers.js';
import type { RoutesOptions } from '../http/options.js';
import { timeFilter } from '../inspect/filters.js';
import { lookBack, seriesRange, toMoment, toSeriesRange } from './documents.js';
import { MOMENT, PERIOD, SERIES_RANGE } from './examples.js';
import { lookBackPage } from './look-back-page.js';

type Options = Pick<RoutesOptions, 'samples' | 'sessions' | 'sources'>;

const periodQuery = z
  .strictObject({ from: timeFilter, to: timeFilter })
  .refine(({ from, to }) => from < to, { path: ['to'], message: 'must be after `from`' })
  .refine(({ from, to }) => to.getTime() - from.getTime() <= PERIOD_MAX_SEC * 1_000, {
    path: ['to'],
    message: 'must be at most 31 days after `from`',
  });

const momentQuery = z.strictObject({ at: timeFilter });
/** A form without a choice sends an empty field: then it is now. */
const pageQuery = z.strictObject({ at: z.union([z.literal(''), timeFilter]).optional() });

const rangeRoute = ({ samples, sources }: Options): Route =>
  route({
    id: 'seriesRange',
    method: 'get',
    path: '/series/range',
    tag: 'watching',
    auth: [],
    query: periodQuery,
    queryExample: PERIOD,
    summary: 'Get stored samples of a period: rate, latency, waiting work',
    description:
      'From PostgreSQL, the same at every monitor. Samples of 5 s are kept for 2 hours, of 60 s for 7 days, of 15 min for 90 days; the answer has the finest resolution that covers the period.',
    responses: {
      200: {
        description: 'The samples, oldest first.',
        schema: seriesRange,
        example: SERIES_RANGE,
      },
    },
    problems: ['UNAVAILABLE'],
    handle: async ({ query: { from, to } }) => {
      const tier = chooseTier(from.getTime(), to.getTime(), sources.clock.wall().getTime());
      const rows = await samples.store.range(tier, from, to);
      return { status: 200, body: toSeriesRange(tier.stepSec, rows) };
    },
  });

const momentRoute = ({ samples }: Options): Route =>
  route({
    id: 'lookBack',
    method: 'get',
    path: '/look-back',
    tag: 'watching',
    auth: [],
    query: momentQuery,
    queryExample: { at: PERIOD.to },
    summary: 'Get the system as it was at a moment: leader, states, queue, rates',
    description: 'The stored sample of that moment, without addresses.',
    responses: {
      200: {
        description: 'The sample; null when there is none.',
        schema: lookBack,
        example: { moment: MOMENT },
      },
    },
    problems: ['UNAVAILABLE'],
    handle: async ({ query: { at } }) => {
      const found = await samples.store.moment(at);
      return { status: 200, body: { moment: found && toMoment(found) } };
    },
  });

const pageRoute = ({ samples, sessions, sources }: Options): Route =>
  route({
    id: 'lookBackPage',
    method: 'get',
    path: '/look-back.html',
    tag: 'pages',
    auth: [],
    query: pageQuery,
    summary: 'Page of the system as it was at a moment',
    responses: { 200: { description: 'A page.', contentType: 'text/html' } },
    problems: ['UNAVAILABLE'],
    handle: async ({ query, request }) => {
      const at = query.at || sources.clock.wall();
      const found = await samples.store.moment(at);
      return consoleAnswer({
        title: 'Look back',
        active: 'overview',
        session: await sessions.read(request),
        monitor: sources.id,
        body: lookBackPage(at, found && toMoment(found)),
        scripts: ['local-times.js'],
        styles: ['overview.css'],
      });
    },
  });

export const sampleRoutes = (options: Options): Route[] => [
  rangeRoute(options),
  momentRoute(options),
  pageRoute(options),
];
