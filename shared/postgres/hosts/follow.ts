/**
 * Connections that follow the primary, for an address with several hosts. Guarantees:
 *
 * - A new connection is used only after its server said on that connection that it is the primary
 *   of the newest known timeline.
 * - When another server becomes the primary, also behind the address of a proxy, all connections to
 *   the former one are closed at once; their statements fail with a transient error and an unknown
 *   result.
 * - While no server is the primary, or servers contradict each other, no statement is sent. Callers
 *   wait, up to the pool's own time-out.
 * - A frozen primary is noticed within 1.5 s, although its statements wait for their own time-out.
 *
 * A statement that was under way may have been committed: only repeatable ones may be retried.
 */
import pg from 'pg';
import { createLogger, type Logger } from '../../observability/logger.js';
import { connectionTo } from '../connection-settings.js';
import { namesHosts, parseHostList } from './host-list.js';
import { readRole } from './host-probe.js';
import { PrimarySocket } from './primary-socket.js';
import { shareWatch, type PrimaryWatch } from './primary-watch.js';

/** The server of a new connection is not, or no longer, the primary. */
class NotPrimary extends Error {
  /** SQLSTATE of a write to a read-only server, so that callers retry. */
  readonly code = '25006';

  constructor() {
    super('the server is not the primary of the newest timeline');
    this.name = 'NotPrimary';
  }
}

async function requirePrimary(
  connection: Pick<pg.Pool, 'query'>,
  { timeline: chosen }: PrimaryWatch,
): Promise<void> {
  const { state, timeline } = await readRole(connection);
  if (state !== 'primary' || (chosen !== null && timeline < chosen)) throw new NotPrimary();
}

class FollowingPool extends pg.Pool {
  constructor(
    config: pg.PoolConfig,
    private readonly release: () => void,
  ) {
    super(config);
  }

  override end(): Promise<void>;
  override end(callback: () => void): void;
  override end(callback?: () => void): Promise<void> | void {
    const ended = super.end().finally(this.release);
    if (!callback) return ended;
    void ended.then(callback, callback);
  }
}

export interface PoolSpec {
  /** One host, or several with `target_session_attrs=read-write`. */
  url: string;
  config: pg.PoolConfig;
  /** Awaited on every new connection before its first use. */
  prepare: (connection: Pick<pg.Pool, 'query'>) => Promise<void>;
  logger: Logger;
}

/** A pool that follows the primary when the address names several hosts. The caller ends it. */
export function openPool({ url, config, prepare, logger }: PoolSpec): pg.Pool {
  // pg-pool awaits the promise of `onConnect`, although its type declares no result.
  if (!namesHosts(url))
    return new pg.Pool({ ...config, onConnect: (client): unknown => prepare(client) });
  const { watch, release } = shareWatch(url, parseHostList(url), logger);
  const prepareFollowing = async (connection: Pick<pg.Pool, 'query'>): Promise<void> => {
    await requirePrimary(connection, watch);
    await prepare(connection);
  };
  const following: pg.PoolConfig = {
    ...config,
    stream: () => new PrimarySocket(watch),
    onConnect: (client): unknown => prepareFollowing(client),
  };
  return new FollowingPool(following, release);
}

/** Longest wait for a single connection, in ms. */
const CONNECT_MS = 10_000;

/**
 * Opens a single connection, to the primary when the address names several hosts. The caller ends
 * it; its errors are ignored when no statement is under way.
 * @param config further settings. Default of `connectionTimeoutMillis`: 10,000.
 * @throws the error of the driver; with several hosts the reason that none is the primary.
 */
export async function connectOnce(url: string, config: pg.ClientConfig = {}): Promise<pg.Client> {
  const common = { ...connectionTo(url), connectionTimeoutMillis: CONNECT_MS, ...config };
  if (!namesHosts(url)) return connectClient(common);
  const silent = createLogger('connection', 'connection', 'silent');
  const { watch, release } = shareWatch(url, parseHostList(url), silent);
  try {
    const client = await connectClient({ ...common, stream: () => new PrimarySocket(watch) });
    await requirePrimary(client, watch);
    return client;
  } catch (error) {
    if (watch.reason === null) throw error;
    throw new Error(`no host can be used as the primary: ${watch.reason}`, { cause: error });
  } finally {
    release();
  }
}

/**
 * The address of the primary alone, for a program that accepts one host; an address with one host
 * unchanged.
 * @throws Error with the reason when no host is the primary within ten seconds.
 */
export async function toPrimaryUrl(url: string): Promise<string> {
  if (!namesHosts(url)) return url;
  const list = parseHostList(url);
  const silent = createLogger('connection', 'connection', 'silent');
  const { watch, release } = shareWatch(url, list, silent);
  try {
    return list.toUrl(await watch.getPrimary(AbortSignal.timeout(CONNECT_MS)));
  } catch (error) {
    throw new Error(`no host can be used as the primary: ${watch.reason}`, { cause: error });
  } finally {
    release();
  }
}

async function connectClient(config: pg.ClientConfig): Promise<pg.Client> {
  const client = new pg.Client(config);
  client.on('error', () => undefined);
  try {
    return await client.connect();
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
}
