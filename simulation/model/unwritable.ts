/** Rows of payments that the database refuses to change, or that another session has locked. */
import type { AttemptResult } from './records.js';

export type Obstacle = 'refused' | 'locked';

export class Unwritable {
  private readonly rows = new Map<string, Obstacle>();
  private next: Obstacle | null = null;

  /** Applies to the next row that is changed. @returns a function that removes the obstacle. */
  refuseNext(obstacle: Obstacle): () => void {
    this.next = obstacle;
    return () => {
      this.next = null;
      this.rows.clear();
    };
  }

  /** The reason why a statement about these rows fails; null: it succeeds. */
  among(ids: readonly string[]): Exclude<AttemptResult, { written: unknown }> | null {
    const [first] = ids;
    if (this.next !== null && first !== undefined) {
      this.rows.set(first, this.next);
      this.next = null;
    }
    const locked = ids.filter((id) => this.rows.get(id) === 'locked');
    if (ids.some((id) => this.rows.get(id) === 'refused')) return { refused: 'SQLSTATE 23514' };
    return locked.length > 0 ? { locked } : null;
  }
}
