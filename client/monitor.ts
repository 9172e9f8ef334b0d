/**
 * The client of a monitor: reads the leader and hands over. Its types are generated from the
 * monitor's document, which contains the schemas of shared/contracts/status.ts.
 */
import createClient, { type Client } from 'openapi-fetch';
import type { components, operations, paths } from '../generated/client/monitor.js';
import { bearer, bodyOf, plumbing, type ClientOptions } from './options.js';

export type Status = components['schemas']['Status'];
type Body<T> = T extends { content: { 'application/json': infer B } } ? B : never;
export type HandedOver = Body<operations['handover']['responses']['200']>;
export type ReplicaStateSet = Body<operations['setReplicaState']['responses']['200']>;

export interface MonitorClient {
  /** Every route of the document, typed. */
  http: Client<paths>;
  status(): Promise<Status>;
  /** The name of the leader; null: no replica leads. */
  leader(): Promise<string | null>;
  /**
   * Needs the operator's token. Not repeated automatically, because the leader may have changed.
   * @param to default: the monitor chooses.
   */
  handOver(reason: string, to?: string): Promise<HandedOver>;
  setState(
    replica: string,
    state: 'ready' | 'drain' | 'maint',
    reason: string,
  ): Promise<ReplicaStateSet>;
}

export function createMonitorClient(options: ClientOptions): MonitorClient {
  const http = createClient<paths>({
    baseUrl: options.baseUrl.replace(/\/+$/, ''),
    fetch: plumbing(options).fetchWith({}),
  });
  http.use(bearer(options.token));
  const status = async (): Promise<Status> => bodyOf(await http.GET('/status'));
  return {
    http,
    status,
    leader: async () => (await status()).partitions[0]?.leader ?? null,
    handOver: async (reason, to) =>
      bodyOf(
        await http.POST('/handover', { body: { reason, ...(to === undefined ? {} : { to }) } }),
      ),
    setState: async (id, state, reason) =>
      bodyOf(
        await http.POST('/replicas/{id}/state', {
          params: { path: { id } },
          body: { state, reason },
        }),
      ),
  };
}
