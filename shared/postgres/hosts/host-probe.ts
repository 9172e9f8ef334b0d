/**
 * Asks one server for its role, on a connection of its own that stays open between the questions.
 */
import pg from 'pg';
import { z } from 'zod';
import { connectionTo } from '../connection-settings.js';
import type { HostReport } from './choose-primary.js';

type Queryable = Pick<pg.Pool, 'query'>;

/**
 * The timeline of a primary comes from its next record: the checkpoint of a server that was just
 * promoted still names the previous timeline. Both functions of the control file may be called by
 * every role.
 */
const QUESTION = `
SELECT CASE WHEN pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean
            THEN 'standby' ELSE 'primary' END AS state,
       (SELECT system_identifier::text FROM pg_control_system()) AS cluster,
       CASE WHEN pg_is_in_recovery() THEN (SELECT timeline_id FROM pg_control_checkpoint())
            ELSE ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int END AS timeline`;

const ANSWER = z.object({
  state: z.enum(['primary', 'standby']),
  cluster: z.string().max(32),
  timeline: z.number().int().positive(),
});

/** Role, cluster and timeline of the server of a connection. A read-only server is a `standby`. */
export const readRole = async (db: Queryable): Promise<z.infer<typeof ANSWER>> =>
  ANSWER.parse((await db.query<Record<string, unknown>>(QUESTION)).rows[0]);

/** The driver's reason, such as a refused connection or a wrong password, in bounded text. */
function describeProblem(error: unknown): string {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  return (first instanceof Error ? first.message : String(first)).slice(0, 200);
}

export interface ProbeOptions {
  /** Name of the host in the reports. */
  host: string;
  /** Address of this host alone. */
  url: string;
  /** Longest wait for an answer, in ms; then the host is silent. */
  answerMs: number;
}

export class HostProbe {
  private client: pg.Client | null = null;

  constructor(private readonly options: ProbeOptions) {}

  /** Never rejects: a host that refuses, or does not answer in time, is silent. */
  async ask(): Promise<HostReport> {
    const { host } = this.options;
    try {
      this.client ??= await this.connect();
      return { host, ...(await readRole(this.client)) };
    } catch (error) {
      this.close();
      return { host, state: 'silent', problem: describeProblem(error) };
    }
  }

  /** Closes the connection at once. A server that is frozen would not answer a polite end. */
  close(): void {
    this.client?.connection.stream.destroy();
    this.client = null;
  }

  private async connect(): Promise<pg.Client> {
    const { url, answerMs } = this.options;
    const client = new pg.Client({
      ...connectionTo(url),
      application_name: 'relevo role check',
      connectionTimeoutMillis: answerMs,
      query_timeout: answerMs,
      keepAlive: true,
    });
    client.on('error', () => {
      if (this.client === client) this.client = null;
    });
    try {
      return await client.connect();
    } catch (error) {
      client.connection.stream.destroy();
      throw error;
    }
  }
}
