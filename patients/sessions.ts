/**
 * Visits counted a session, as the published web page does. In memory: a session dies with its instance.
 * A shared store fits the same port.
 */
import { v4 as uuid } from 'uuid';

export interface Visit {
  id: string;
  /** Visits in this session, this one included. */
  views: number;
}

export interface SessionStore {
  /** Counts a visit. An unknown id, or none, begins a new session with a new id. */
  visit(id: string | null): Promise<Visit>;
}

export class InMemorySessionStore implements SessionStore {
  private readonly views = new Map<string, number>();

  /** @param max sessions kept; beyond that the one not visited for longest is forgotten. */
  constructor(private readonly max: number) {}

  async visit(known: string | null): Promise<Visit> {
    const before = known === null ? undefined : this.views.get(known);
    const id = before === undefined || known === null ? uuid() : known;
    const views = (before ?? 0) + 1;
    this.views.delete(id);
    this.views.set(id, views);
    if (this.views.size > this.max) this.views.delete(this.views.keys().next().value as string);
    return { id, views };
  }
}
