/**
 * Checks the clock: correct, steady, and equal to the clocks of PostgreSQL and Redis. No decision
 * depends on wall time alone. But votes expire by the database's clock, sessions expire by Redis's
 * clock, and jumps make a history useless for analysis.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { runToEnd } from '../../local/processes/run-to-end.js';
import { ROOT } from '../../local/root.js';
import { ok, problem, warning, type Check, type Finding } from './finding.js';

/** The offset of another clock. */
export interface Offset {
  of: string;
  /** How far the other clock is ahead of this machine's, in ms. */
  aheadMs: number;
  /** Uncertainty in ms: half of the round trip. */
  uncertainMs: number;
}

export interface ClockFacts {
  /** Wall clock and time of the newest known file, in ms since 1970. */
  nowMs: number;
  newestFileMs: number;
  /** Difference between the wall clock and the monotonic clock over a short time, in ms. */
  driftMs: number;
  /** Null: unknown. */
  synchronized: boolean | null;
  offsets: readonly Offset[];
}

const DAY_MS = 86_400_000;
const DRIFT_MS = 20;
const OFFSET_WARNING_MS = 250;
const OFFSET_PROBLEM_MS = 2_000;
const SET_CLOCK =
  'sudo timedatectl set-ntp true   (or: sudo chronyd -q "server pool.ntp.org iburst")';

function judgeOffset({ of, aheadMs, uncertainMs }: Offset): Finding {
  const sure = Math.max(0, Math.abs(aheadMs) - uncertainMs);
  const says = `${of} is ${Math.abs(aheadMs).toFixed(0)} ms ${aheadMs < 0 ? 'behind' : 'ahead of'} this machine (± ${uncertainMs.toFixed(0)} ms)`;
  if (sure < OFFSET_WARNING_MS) return ok('clock', says);
  return (sure < OFFSET_PROBLEM_MS ? warning : problem)(
    'clock',
    `${says}.`,
    `${SET_CLOCK}   on both machines`,
  );
}

export function judgeClock({
  nowMs,
  newestFileMs,
  driftMs,
  synchronized,
  offsets,
}: ClockFacts): Finding[] {
  const past = nowMs < newestFileMs - DAY_MS;
  return [
    past
      ? problem(
          'clock',
          `It shows ${new Date(nowMs).toISOString().slice(0, 10)}, which is older than files of this checkout.`,
          SET_CLOCK,
        )
      : ok('clock', `${new Date(nowMs).toISOString()}`),
    ...(Math.abs(driftMs) > DRIFT_MS
      ? [
          warning(
            'clock',
            `The wall clock jumped by ${driftMs.toFixed(0)} ms during the check.`,
            SET_CLOCK,
          ),
        ]
      : []),
    ...(synchronized === false
      ? [warning('clock', 'It is not synchronized with any server.', SET_CLOCK)]
      : []),
    ...offsets.map(judgeOffset),
  ];
}

const WATCH_MS = 100;

async function measureDrift(): Promise<number> {
  const [wall, monotonic] = [Date.now(), performance.now()];
  await delay(WATCH_MS);
  return Date.now() - wall - (performance.now() - monotonic);
}

/** Reads another clock several times and uses the reading with the shortest round trip. */
export async function measureOffset(
  of: string,
  ask: () => Promise<number>,
  times = 5,
): Promise<Offset> {
  let best: Offset = { of, aheadMs: 0, uncertainMs: Infinity };
  for (let time = 0; time < times; time += 1) {
    const [wall, begun] = [Date.now(), performance.now()];
    const other = await ask();
    const uncertainMs = (performance.now() - begun) / 2;
    if (uncertainMs < best.uncertainMs)
      best = { of, aheadMs: other - (wall + uncertainMs), uncertainMs };
  }
  return best;
}

async function readSynchronized(): Promise<boolean | null> {
  const { code, output } = await runToEnd([
    'timedatectl',
    'show',
    '--property=NTPSynchronized',
    '--value',
  ]);
  return code === 0 && /^(yes|no)$/.test(output) ? output === 'yes' : null;
}

/**
 * Checks the clock of this machine. The checks of the database and of Redis read the clocks of the
 * engines.
 */
export const clockCheck: Check = {
  name: 'clock',
  async look() {
    const newestFileMs = Math.max(
      ...['package.json', 'package-lock.json'].map((name) => statSync(join(ROOT, name)).mtimeMs),
    );
    return judgeClock({
      nowMs: Date.now(),
      newestFileMs,
      driftMs: await measureDrift(),
      synchronized: await readSynchronized(),
      offsets: [],
    });
  },
};

/** The findings for offsets alone. */
export const judgeOffsets = (offsets: readonly Offset[]): Finding[] => offsets.map(judgeOffset);
