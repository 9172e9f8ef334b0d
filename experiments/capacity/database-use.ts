/**
 * Samples PostgreSQL during a step: the busy backends by the thing that they wait for, the commits,
 * and the pending payments.
 */
import { z } from 'zod';
import type { Queryable } from '../../shared/postgres/postgres.js';
import { sleep } from '../../shared/clock.js';

const SAMPLE_MS = 200;

/** The activities of a backend. `running`: it uses a core or waits for a free one. */
export const ACTIVITIES = ['running', 'WAL', 'lock', 'IO', 'client', 'other'] as const;
export type Activity = (typeof ACTIVITIES)[number];

export interface DatabaseUse {
  /** Average number of busy backends. */
  backends: Readonly<Record<Activity, number>>;
  commitsPerSec: number;
  /** Accepted payments without an outcome. */
  pending: { mean: number; most: number };
  samples: number;
}

/**
 * @param type `wait_event_type` of pg_stat_activity; null: the backend waits for nothing. Pure.
 * @see https://www.postgresql.org/docs/current/monitoring-stats.html#WAIT-EVENT-TABLE
 */
export function toActivity(type: string | null, event: string | null): Activity {
  if (type === null) return 'running';
  if (/^wal|^SyncRep$/i.test(event ?? '')) return 'WAL';
  if (type === 'Lock' || type === 'LWLock' || type === 'BufferPin') return 'lock';
  if (type === 'IO') return 'IO';
  return type === 'Client' ? 'client' : 'other';
}

export interface DatabaseSample {
  atMs: number;
  commits: number;
  pending: number;
  backends: readonly { activity: Activity; count: number }[];
}

/** @returns NaN for figures without a sample. Pure. */
export function summarizeSamples(samples: readonly DatabaseSample[]): DatabaseUse {
  const [first, last] = [samples[0], samples.at(-1)];
  const mean = (valueOf: (sample: DatabaseSample) => number): number =>
    samples.reduce((all, sample) => all + valueOf(sample), 0) / samples.length;
  const countOf = (activity: Activity) => (sample: DatabaseSample) =>
    sample.backends
      .filter((one) => one.activity === activity)
      .reduce((all, one) => all + one.count, 0);
  const spanMs = first && last ? last.atMs - first.atMs : 0;
  return {
    backends: Object.fromEntries(
      ACTIVITIES.map((activity) => [activity, mean(countOf(activity))]),
    ) as DatabaseUse['backends'],
    commitsPerSec:
      first && last && spanMs > 0 ? ((last.commits - first.commits) * 1_000) / spanMs : NaN,
    pending: {
      mean: mean(({ pending }) => pending),
      most: samples.reduce((most, { pending }) => Math.max(most, pending), 0),
    },
    samples: samples.length,
  };
}

const totals = z.object({ commits: z.number(), pending: z.number() });
const waits = z.array(
  z.object({ type: z.string().nullable(), event: z.string().nullable(), count: z.number() }),
);

/** The lab's own connections are in neither query. */
const WAITS = `SELECT wait_event_type AS type, wait_event AS event, count(*)::int AS count FROM pg_stat_activity
  WHERE datname = current_database() AND backend_type = 'client backend' AND state <> 'idle' AND application_name <> 'lab'
  GROUP BY 1, 2`;
const TOTALS = `SELECT (SELECT xact_commit FROM pg_stat_database WHERE datname = current_database())::float8 AS commits,
  (SELECT count(*) FROM pending_payment)::int AS pending`;

async function takeSample(db: Queryable): Promise<DatabaseSample> {
  const busy = waits.parse((await db.query(WAITS)).rows);
  const { commits, pending } = totals.parse((await db.query(TOTALS)).rows[0]);
  const backends = busy.map(({ type, event, count }) => ({
    activity: toActivity(type, event),
    count,
  }));
  return { atMs: performance.now(), commits, pending, backends };
}

/** Accepted payments without an outcome. */
export async function countPending(db: Queryable): Promise<number> {
  return totals.parse((await db.query(TOTALS)).rows[0]).pending;
}

/**
 * Starts to sample. @returns a function that ends the samples and returns the figures. @throws
 * there, when a sample failed.
 */
export function watchDatabase(db: Queryable): () => Promise<DatabaseUse> {
  const samples: DatabaseSample[] = [];
  const end = new AbortController();
  const work = (async () => {
    while (!end.signal.aborted) {
      samples.push(await takeSample(db));
      await sleep(SAMPLE_MS, end.signal).catch(() => undefined);
    }
  })();
  work.catch(() => undefined); // The function below throws the error.
  return async () => {
    end.abort();
    await work;
    return summarizeSamples(samples);
  };
}
