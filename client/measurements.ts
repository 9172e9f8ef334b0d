/**
 * The client of the measurements: reads the rounds and the leading device. Its types are generated
 * from the document of their API.
 */
import createClient, { type Client } from 'openapi-fetch';
import type { components, operations, paths } from '../generated/client/measurements.js';
import { bearer, bodyOf, plumbing, type ClientOptions } from './options.js';

/** A round with its mean, in ms, and the number of devices in it. */
export type MeasuredRound = components['schemas']['Round'];
/** The highest epoch (0: none), its device (null: unknown), and the last round (0: none). */
export type Leading = operations['leading']['responses']['200']['content']['application/json'];

export interface MeasurementsClient {
  /** Every route of the document, typed. */
  http: Client<paths>;
  /** The newest rounds, the newest last. @param last default: the service decides, 100. */
  series(last?: number): Promise<MeasuredRound[]>;
  leading(): Promise<Leading>;
}

export function createMeasurementsClient(options: ClientOptions): MeasurementsClient {
  const http = createClient<paths>({
    baseUrl: options.baseUrl.replace(/\/+$/, ''),
    fetch: plumbing(options).fetchWith({}),
  });
  http.use(bearer(options.token));
  return {
    http,
    series: async (last) => {
      const query = last === undefined ? {} : { last };
      return bodyOf(await http.GET('/series', { params: { query } })).rounds;
    },
    leading: async () => bodyOf(await http.GET('/epochs')),
  };
}
