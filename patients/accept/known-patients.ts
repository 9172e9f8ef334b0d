/**
 * Checks whether patients exist, and lists some for a counted batch. The list is cached, because
 * new patients are rare.
 */
import type { Clock } from '../../shared/clock.js';
import type { Queryable } from '../../shared/postgres/postgres.js';

const SPREAD_OVER = 1_000;
const KEPT_MS = 30_000;

export interface KnownPatients {
  /** Up to a thousand patients, in order of id. */
  some(): Promise<readonly string[]>;
  /** The existing patients among these ids. */
  known(ids: readonly string[]): Promise<ReadonlySet<string>>;
}

export function createKnownPatients(db: Queryable, clock: Clock): KnownPatients {
  let kept: { ids: readonly string[]; untilMs: number } | null = null;
  const readIds = async (name: string, text: string, value: unknown): Promise<string[]> =>
    (await db.query<{ id: string }>({ name, text, values: [value] })).rows.map(({ id }) => id);
  return {
    async some() {
      if (kept && kept.ids.length > 0 && clock.now() < kept.untilMs) return kept.ids;
      const ids = await readIds(
        'some-patients',
        'SELECT id FROM patient ORDER BY id LIMIT $1',
        SPREAD_OVER,
      );
      kept = { ids, untilMs: clock.now() + KEPT_MS };
      return ids;
    },
    known: async (ids) =>
      new Set(
        await readIds('known-patients', 'SELECT id FROM patient WHERE id = ANY ($1::uuid[])', ids),
      ),
  };
}
