/**
 * Wraps the session store. A session without contents is not stored: a page with a form needs only
 * the signed id in the cookie, so anonymous visitors take no memory. A value that is not a session
 * (other JSON, another type in Redis) counts as missing and is removed.
 */
import { Store, type SessionData } from 'express-session';
import { z } from 'zod';
import type { Logger } from '../../shared/observability/logger.js';

type Done = (error?: unknown) => void;

const cookie = z.object({
  originalMaxAge: z.number().int().positive().nullable(),
  expires: z.iso.datetime().nullable().optional(),
  secure: z.boolean().optional(),
  httpOnly: z.boolean().optional(),
  path: z.string().optional(),
  sameSite: z.union([z.boolean(), z.enum(['lax', 'strict', 'none'])]).optional(),
});

const stored = z.object({
  cookie,
  views: z.number().int().nonnegative().optional(),
  staff: z.boolean().optional(),
  patientId: z.uuid().optional(),
  form: z.boolean().optional(),
});

const isStranger = ({ staff, patientId, views }: Partial<SessionData>): boolean =>
  !staff && patientId === undefined && views === undefined;

/**
 * Whether the store has a value under the key that cannot be read: not JSON, or another type in
 * Redis.
 */
const isUnreadable = (error: unknown): boolean =>
  error instanceof SyntaxError || (error instanceof Error && error.message.startsWith('WRONGTYPE'));

export class KnownSessions extends Store {
  constructor(
    private readonly store: Store,
    private readonly logger: Logger,
  ) {
    super();
  }

  override get(id: string, done: (error: unknown, session?: SessionData | null) => void): void {
    this.store.get(id, (error: unknown, value) => {
      if (error && !isUnreadable(error)) return done(error);
      if (!error && (value === null || value === undefined)) return done(null, null);
      const { success, data } = stored.safeParse(value);
      if (success) return done(null, data as unknown as SessionData);
      this.logger.warn({}, 'cannot read a stored session; removing it');
      this.store.destroy(id, (failure: unknown) => done(failure ?? null, null));
    });
  }

  override set(id: string, session: SessionData, done?: Done): void {
    if (isStranger(session)) done?.();
    else this.store.set(id, session, done);
  }

  override destroy(id: string, done?: Done): void {
    this.store.destroy(id, done);
  }

  override touch(id: string, session: SessionData, done?: () => void): void {
    if (isStranger(session)) done?.();
    else if (this.store.touch) this.store.touch(id, session, done);
    else done?.();
  }
}
