/** The calls of a leading device: announce its epoch, send the mean of a round. */
import {
  epochAnswer,
  epochRequest,
  EPOCHS_PATH,
  leadingAnswer,
  MEAN_PATH,
  MEAN_REFUSALS,
  meanAnswer,
  meanQuery,
  type SeriesRound,
} from '../../shared/contracts/measurements.js';
import { Problem } from '../../shared/errors.js';
import { parse } from '../../shared/http/http.js';
import { answeredHead, route, type Route } from '../../shared/http/routes.js';
import { measureEpoch, measureMean, meansTotal, type MeanResult } from './metrics.js';
import type { ApiParts } from './parts.js';
import type { MeanVerdict } from './series-store.js';

const RESULTS: Readonly<Record<MeanVerdict, MeanResult>> = {
  kept: 'kept',
  repeated: 'repeated',
  OLD_EPOCH: 'old_epoch',
  ROUND_KEPT: 'round_kept',
};

/** @throws Problem VALIDATION_FAILED, counted. */
function readQuery(query: unknown): Omit<SeriesRound, 'at'> {
  try {
    const { dato: mean, ...rest } = parse(meanQuery, query, 'query');
    return { ...rest, mean };
  } catch (error) {
    meansTotal.inc({ result: 'invalid' });
    throw error;
  }
}

/** @throws Problem OLD_EPOCH or ROUND_KEPT, and UNAVAILABLE. */
async function keepMean(
  { store, stream, logger }: ApiParts,
  query: Omit<SeriesRound, 'at'>,
): Promise<void> {
  const mean = { ...query, at: new Date().toISOString() };
  const verdict = await store.keep(mean);
  meansTotal.inc({ result: RESULTS[verdict] });
  if (verdict === 'OLD_EPOCH' || verdict === 'ROUND_KEPT') {
    logger.warn({ ...query, code: verdict }, 'mean refused');
    throw new Problem(verdict);
  }
  if (verdict === 'repeated') return;
  logger.info(query, 'mean kept');
  measureMean(mean);
  measureEpoch(mean);
  stream.publish(mean);
}

const meanRoute = (parts: ApiParts): Route =>
  route({
    id: 'keepMean',
    method: 'get',
    path: MEAN_PATH,
    tag: 'leading',
    auth: ['internal'],
    documentedQuery: meanQuery,
    queryExample: { dato: '12.5', round: '7', epoch: '4294967301', devices: '3' },
    summary: 'Keep the mean of a round',
    description:
      'Called by the leading device; a GET, as published. Keeps one mean per round, and rounds only grow. The same mean is accepted again, because its answer may have been lost. A problem changes nothing.',
    responses: {
      200: {
        description: 'The mean is in the series.',
        schema: meanAnswer,
        example: { kept: true, round: 7 },
      },
    },
    problems: ['VALIDATION_FAILED', ...MEAN_REFUSALS, 'UNAVAILABLE'],
    handle: async ({ request, response }) => {
      // A HEAD request changes nothing.
      if (answeredHead(request, response, 'application/json')) return null;
      const query = readQuery(request.query);
      await keepMean(parts, query);
      return { status: 200, body: { kept: true, round: query.round } };
    },
  });

const announceRoute = ({ store, logger }: ApiParts): Route =>
  route({
    id: 'announceEpoch',
    method: 'post',
    path: EPOCHS_PATH,
    tag: 'leading',
    auth: ['internal'],
    body: epochRequest,
    bodyExample: { epoch: 4294967301, device: 'device_1' },
    summary: 'Announce that a device leads',
    description:
      'From then on, means and announcements of lower epochs are refused. May be repeated.',
    responses: {
      200: {
        description: 'The epoch, and the last round with a mean.',
        schema: epochAnswer,
        example: { epoch: 4294967301, lastRound: 6 },
      },
    },
    problems: ['OLD_EPOCH', 'UNAVAILABLE'],
    handle: async ({ body: { epoch, device } }) => {
      const { verdict, lastRound } = await store.announce(epoch, device);
      if (verdict === 'OLD_EPOCH') throw new Problem('OLD_EPOCH');
      measureEpoch({ epoch });
      logger.info({ epoch, device }, 'a device leads');
      return { status: 200, body: { epoch, lastRound } };
    },
  });

const leadingRoute = ({ store }: ApiParts): Route =>
  route({
    id: 'leading',
    method: 'get',
    path: EPOCHS_PATH,
    tag: 'reading',
    auth: [],
    summary: 'Get the highest epoch and the device that announced it',
    description: 'Needs no token. Before the first announcement the epoch is 0.',
    responses: {
      200: {
        description: 'The leading device, as this service knows it.',
        schema: leadingAnswer,
        example: { epoch: 4294967301, device: 'device_1', lastRound: 7 },
      },
    },
    problems: ['UNAVAILABLE'],
    handle: async () => ({ status: 200, body: await store.readLeading() }),
  });

export const meanRoutes = (parts: ApiParts): Route[] => [
  meanRoute(parts),
  announceRoute(parts),
  leadingRoute(parts),
];
