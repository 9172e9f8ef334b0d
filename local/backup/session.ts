/**
 * One connection of a backup or a restore. Its work ends when the connection is lost or the user
 * interrupts: the server then rolls the transaction back.
 */
import type pg from 'pg';
import { GUARD_SETTINGS } from '../../shared/postgres/connection-settings.js';
import { connectOnce } from '../../shared/postgres/hosts/follow.js';
import { StartError } from '../errors.js';

/** The server notices a closed connection also during a long statement. Not on all systems. */
const NOTICE_END = "SET client_connection_check_interval = '1s'";

export interface CopySession {
  client: pg.Client;
  /** Awaits work on the connection. Rejects when the connection ends or the user interrupts. */
  race<T>(work: Promise<T>): Promise<T>;
  /** Commits the transaction. An interruption that comes later has no effect. */
  commit(): Promise<void>;
}

const toLoss = (reason: string): StartError =>
  new StartError(`The connection to the database ended: ${reason}.`);

/** @param ending aborted when the session ends. */
function openCopySession(client: pg.Client, signal: AbortSignal, ending: AbortSignal): CopySession {
  const committing = new AbortController();
  const lost = new Promise<never>((_resolve, reject) => {
    client.once('error', (error: Error) => reject(toLoss(error.message)));
    client.once('end', () => reject(toLoss('it was closed')));
    // The listener goes with the session or at the commit, whichever comes first.
    const until = AbortSignal.any([ending, committing.signal]);
    signal.addEventListener('abort', () => reject(signal.reason as Error), { signal: until });
  });
  // It also rejects after the work.
  lost.catch(() => undefined);
  const race = <T>(work: Promise<T>): Promise<T> => Promise.race([work, lost]);
  return {
    client,
    race,
    commit: async () => {
      signal.throwIfAborted();
      committing.abort();
      await race(client.query('COMMIT'));
    },
  };
}

/**
 * Connects, runs the work and disconnects, which rolls back a transaction that was not committed.
 * @param name in `pg_stat_activity`.
 * @throws StartError when the connection ends before the work does; the reason of the signal.
 */
export async function withCopySession<T>(
  databaseUrl: string,
  name: string,
  signal: AbortSignal,
  work: (session: CopySession) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const client = await connectOnce(databaseUrl, { application_name: name, keepAlive: true });
  const ending = new AbortController();
  const session = openCopySession(client, signal, ending.signal);
  try {
    await client.query(NOTICE_END).catch(() => undefined);
    await client.query(GUARD_SETTINGS);
    await client.query("SET client_encoding = 'UTF8'");
    return await session.race(work(session));
  } finally {
    ending.abort();
    await client.end().catch(() => undefined);
  }
}
