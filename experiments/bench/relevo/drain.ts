/**
 * Measures Relevo with a full queue: no replica leads while the queue is filled, then the warm
 * replica becomes eligible. The time runs from its promotion to the last commit; the time from the
 * operator's request, which includes the election, is reported separately.
 */
import type { Contestant, Measurement, Stage } from '../benchmark.js';
import { cappedPayments, warmUp } from '../warm-up.js';
import { RelevoAtWork, WORKER } from './relevo-under-load.js';
import { Commits, wallMs } from './commits.js';
import { problemsInRows } from './rows.js';

/**
 * Makes the cluster leaderless: only the worker can lead, once an operator allows it. The last
 * leader is stopped.
 */
async function makeLeaderless(atWork: RelevoAtWork): Promise<void> {
  const [last, other] = atWork.system.replicas
    .map(({ name }) => name)
    .filter((name) => name !== WORKER) as [string, string];
  await atWork.setState(other, 'maint');
  await atWork.setState(WORKER, 'maint');
  await atWork.until(`${last} leads`, async () => (await atWork.leader()) === last);
  await atWork.system.process(last).stop();
}

async function readPromotedMs({ ground: { pool } }: RelevoAtWork): Promise<number> {
  const { rows } = await pool.query<{ at: number | null }>(
    'SELECT (extract(epoch FROM promoted_at) * 1000)::float8 AS at FROM election ORDER BY term DESC LIMIT 1',
  );
  const at = rows[0]?.at ?? null;
  if (at === null) throw new Error('the last election has no time of promotion');
  return at;
}

async function drainFull(
  atWork: RelevoAtWork,
  stage: Stage,
  payments: number,
): Promise<Omit<Measurement, 'problems'>> {
  await makeLeaderless(atWork);
  await atWork.batches(payments, false);
  await stage.engines.settle();
  const commits = await Commits.listen(atWork.ground.redisUrl, stage.signal);
  try {
    const used = atWork.watch();
    const askedMs = wallMs();
    const [, endMs] = await Promise.all([
      atWork.setState(WORKER, 'ready'),
      commits.reached(payments),
    ]);
    const usage = used();
    const startMs = await readPromotedMs(atWork);
    const figures = { secondsFromRequest: (endMs - askedMs) / 1_000 };
    return { payments, seconds: (endMs - startMs) / 1_000, usage, latencies: [], figures };
  } finally {
    commits.close();
  }
}

async function measureDrain(
  name: string,
  gatewayLatencyMs: number,
  stage: Stage,
): Promise<Measurement> {
  const ground = await stage.engines.ground(true);
  try {
    const atWork = await RelevoAtWork.open(stage, ground, { gatewayLatencyMs, contestant: name });
    try {
      const { rate } = await warmUp(atWork.liveSeconds);
      const measured = await drainFull(atWork, stage, cappedPayments(stage.payments, rate));
      return { ...measured, problems: await problemsInRows(name, atWork) };
    } finally {
      await atWork.close();
    }
  } finally {
    await ground.clear();
  }
}

const WHAT =
  'Relevo: a queue filled through HTTP (durable acceptance) while no replica led; drained by one leader under its fenced term';

export const RELEVO_DRAINS: readonly Contestant[] = [
  {
    name: 'drain',
    kind: 'drain',
    side: 'relevo',
    what: WHAT,
    measure: (stage) => measureDrain('drain', 0, stage),
  },
  {
    name: 'drain-20ms',
    kind: 'drain-20ms',
    side: 'relevo',
    what: WHAT,
    measure: (stage) => measureDrain('drain-20ms', 20, stage),
  },
];
