/**
 * Measures Relevo with a full queue: no replica leads while the queue is filled, then the warm
 * replica becomes eligible. The time runs from its promotion to the last commit; the time from the
 * operator's request, which includes the election, is reported separately.
 */
import type { Benchmark, Measurement, BenchEnvironment } from '../benchmark.js';
import { capPayments, getWarmUpMost, warmUpBenchmark } from '../warm-up.js';
import { RelevoUnderLoad, WORKER } from './relevo-under-load.js';
import { Commits, wallMs } from './commits.js';
import { problemsInRows } from './rows.js';

/**
 * Makes the cluster leaderless: only the worker can lead, once an operator allows it. The last
 * leader is stopped.
 */
async function makeLeaderless(relevo: RelevoUnderLoad): Promise<void> {
  const [last, other] = relevo.system.replicas
    .map(({ name }) => name)
    .filter((name) => name !== WORKER) as [string, string];
  await relevo.setState(other, 'maint');
  await relevo.setState(WORKER, 'maint');
  await relevo.waitUntil(`${last} leads`, async () => (await relevo.leader()) === last);
  await relevo.system.process(last).stop();
}

async function readPromotedMs({ storage: { pool } }: RelevoUnderLoad): Promise<number> {
  const { rows } = await pool.query<{ at: number | null }>(
    'SELECT (extract(epoch FROM promoted_at) * 1000)::float8 AS at FROM election ORDER BY term DESC LIMIT 1',
  );
  const at = rows[0]?.at ?? null;
  if (at === null) throw new Error('the last election has no time of promotion');
  return at;
}

async function drainFull(
  relevo: RelevoUnderLoad,
  environment: BenchEnvironment,
  payments: number,
): Promise<Omit<Measurement, 'problems'>> {
  await makeLeaderless(relevo);
  await relevo.batches(payments, false);
  await environment.engines.settle();
  const commits = await Commits.listen(relevo.storage.redisUrl, environment.signal);
  try {
    const used = relevo.watch();
    const askedMs = wallMs();
    const [, endMs] = await Promise.all([
      relevo.setState(WORKER, 'ready'),
      commits.waitForCount(payments),
    ]);
    const usage = used();
    const startMs = await readPromotedMs(relevo);
    const figures = { secondsFromRequest: (endMs - askedMs) / 1_000 };
    return { payments, seconds: (endMs - startMs) / 1_000, usage, latencies: [], figures };
  } finally {
    commits.close();
  }
}

async function measureDrain(
  name: string,
  gatewayLatencyMs: number,
  environment: BenchEnvironment,
): Promise<Measurement> {
  const storage = await environment.engines.createStorage(true);
  try {
    const relevo = await RelevoUnderLoad.open(environment, storage, {
      gatewayLatencyMs,
      benchmark: name,
    });
    try {
      const { rate } = await warmUpBenchmark(
        relevo.liveSeconds,
        getWarmUpMost(environment.payments),
      );
      const measured = await drainFull(
        relevo,
        environment,
        capPayments(environment.payments, rate),
      );
      return { ...measured, problems: await problemsInRows(name, relevo) };
    } finally {
      await relevo.close();
    }
  } finally {
    await storage.clear();
  }
}

const WHAT =
  'Relevo: a queue filled through HTTP (durable acceptance) while no replica led; drained by one leader under its fenced term';

export const RELEVO_DRAINS: readonly Benchmark[] = [
  {
    name: 'drain',
    kind: 'drain',
    side: 'relevo',
    what: WHAT,
    measure: (environment) => measureDrain('drain', 0, environment),
  },
  {
    name: 'drain-20ms',
    kind: 'drain-20ms',
    side: 'relevo',
    what: WHAT,
    measure: (environment) => measureDrain('drain-20ms', 20, environment),
  },
];
