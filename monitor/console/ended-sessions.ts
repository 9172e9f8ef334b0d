/**
 * Stores the console sessions that a sign-out has ended in PostgreSQL, so that every monitor
 * refuses a copy of the cookie. Each check of a cookie queries PostgreSQL with a short time-out. A
 * monitor also caches ended sessions: a session that is known to have ended stays ended while
 * PostgreSQL is unavailable.
 */
import { createHash } from 'node:crypto';
import type { Logger } from '../../shared/observability/logger.js';
import type { Queryable } from '../../shared/postgres/postgres.js';

export interface EndedSessions {
  /** Null: not known now. */
  has(id: string): Promise<boolean | null>;
  /**
   * @returns false when the database could not store it: then only this monitor refuses the
   *   session.
   */
  end(id: string): Promise<boolean>;
}

/** Maximum time that a request waits for an answer, ms. */
const LOOK_MS = 500;
/** Maximum number of cached ids. The oldest is removed first. */
const REMEMBERED_MAX = 1_000;

const HAS = 'SELECT EXISTS (SELECT 1 FROM ended_session WHERE digest = $1) AS ended';
const END = `
WITH over AS (DELETE FROM ended_session WHERE kept_until < clock_timestamp())
INSERT INTO ended_session (digest, kept_until) VALUES ($1, clock_timestamp() + make_interval(hours => $2)) ON CONFLICT DO NOTHING`;

const toDigest = (id: string): Buffer => createHash('sha256').update(id).digest();

export class PostgresEndedSessions implements EndedSessions {
  private readonly remembered = new Set<string>();

  /** @param keptHours must exceed the lifetime of a session by more than the clocks may differ. */
  constructor(
    private readonly db: Queryable,
    private readonly keptHours: number,
    private readonly logger: Logger,
  ) {}

  async has(id: string): Promise<boolean | null> {
    if (this.remembered.has(id)) return true;
    const found = await this.within(
      this.db.query<{ ended: boolean }>({
        name: 'ended-session',
        text: HAS,
        values: [toDigest(id)],
      }),
    );
    const ended = found?.rows[0]?.ended ?? null;
    if (ended === true) this.remember(id);
    return ended;
  }

  async end(id: string): Promise<boolean> {
    this.remember(id);
    return (
      (await this.within(
        this.db.query({ name: 'end-session', text: END, values: [toDigest(id), this.keptHours] }),
      )) !== null
    );
  }

  private remember(id: string): void {
    this.remembered.add(id);
    for (const oldest of this.remembered)
      if (this.remembered.size > REMEMBERED_MAX) this.remembered.delete(oldest);
  }

  /** @returns null when the call failed or timed out. */
  private async within<T>(answer: Promise<T>): Promise<T | null> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<null>((resolve) => (timer = setTimeout(() => resolve(null), LOOK_MS)));
    const caught = answer.catch((error: unknown) => {
      this.logger.warn(
        { err: { message: error instanceof Error ? error.message : String(error) } },
        'cannot read ended sessions; using the cached ones',
      );
      return null;
    });
    return Promise.race([caught, late]).finally(() => clearTimeout(timer));
  }
}
