/**
 * Sessions in this process's memory, as published: they end with their instance, and other
 * instances do not have them. Bounded.
 */
import { Store, type SessionData } from 'express-session';
import type { Clock } from '../../shared/clock.js';

interface Kept {
  /** A copy: changes of a request count only after they are saved. */
  json: string;
  untilMs: number;
}

const DAY_MS = 86_400_000;

export class BoundedMemoryStore extends Store {
  private readonly kept = new Map<string, Kept>();

  /** @param max maximum number of sessions; beyond it the least recently used one is removed. */
  constructor(
    private readonly max: number,
    private readonly clock: Clock,
  ) {
    super();
  }

  override get(id: string, done: (error: unknown, session?: SessionData | null) => void): void {
    const found = this.kept.get(id);
    if (found && this.clock.now() < found.untilMs)
      done(null, JSON.parse(found.json) as SessionData);
    else {
      this.kept.delete(id);
      done(null, null);
    }
  }

  override set(id: string, session: SessionData, done?: (error?: unknown) => void): void {
    this.kept.delete(id);
    const untilMs = this.clock.now() + (session.cookie.originalMaxAge ?? DAY_MS);
    this.kept.set(id, { json: JSON.stringify(session), untilMs });
    if (this.kept.size > this.max) this.kept.delete(this.kept.keys().next().value as string);
    done?.();
  }

  override destroy(id: string, done?: (error?: unknown) => void): void {
    this.kept.delete(id);
    done?.();
  }

  /** Extends an unchanged session and makes it the most recently used one. */
  override touch(id: string, session: SessionData, done?: () => void): void {
    if (this.kept.has(id)) this.set(id, session);
    done?.();
  }
}
