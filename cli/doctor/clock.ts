/**
 * The clock: set right, even, and the same as that of PostgreSQL and Redis. Nothing here decides by wall time alone, but votes are aged by
 * the database's clock, sessions end by Redis', and a history with leaps in it explains nothing.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { runToEnd } from '../../local/run-to-end.js';
import { ROOT } from '../../local/root.js';
import { ok, problem, warning, type Check, type Finding } from './finding.js';

/** Another clock as seen from here. */
export interface Offset {
  of: string;
  /** How far it is ahead of this machine's, in ms. */
  aheadMs: number;
  /** The truth lies within so much of it, in ms: half of the way there and back. */
  uncertainMs: number;
}

export interface ClockFacts {
  /** Wall clock and the newest file known to exist, in ms since 1970. */
  nowMs: number;
  newestFileMs: number;
  /** How far the wall clock moved against the monotonic one during a moment, in ms. */
  driftMs: number;
  /** Null: nobody tells. */
  synchronized: boolean | null;
  offsets: readonly Offset[];
}

const DAY_MS = 86_400_000;
const DRIFT_MS = 20;
const OFFSET_WARNING_MS = 250;
const OFFSET_PROBLEM_MS = 2_000;
const SET_CLOCK = 'sudo timedatectl set-ntp true   (or: sudo chronyd -q "server pool.ntp.org iburst")';

function judgeOffset({ of, aheadMs, uncertainMs }: Offset): Finding {
  const sure = Math.max(0, Math.abs(aheadMs) - uncertainMs);
  const says = `${of} is ${Math.abs(aheadMs).toFixed(0)} ms ${aheadMs < 0 ? 'behind' : 'ahead of'} this machine (± ${uncertainMs.toFixed(0)} ms)`;
  if (sure < OFFSET_WARNING_MS) return ok('clock', says);
  return (sure < OFFSET_PROBLEM_MS ? warning : problem)('clock', `${says}.`, `${SET_CLOCK}   on both machines`);
}

export function judgeClock({ nowMs, newestFileMs, driftMs, synchronized, offsets }: ClockFacts): Finding[] {
  const past = nowMs < newestFileMs - DAY_MS;
  return [
    past
      ? problem('clock', `It says ${new Date(nowMs).toISOString().slice(0, 10)}, which is before files of this checkout were written.`, SET_CLOCK)
      : ok('clock', `${new Date(nowMs).toISOString()}`),
    ...(Math.abs(driftMs) > DRIFT_MS ? [warning('clock', `The wall clock leapt by ${driftMs.toFixed(0)} ms while it was watched.`, SET_CLOCK)] : []),
    ...(synchronized === false ? [warning('clock', 'It is not synchronized with any server.', SET_CLOCK)] : []),
    ...offsets.map(judgeOffset),
  ];
}

const WATCH_MS = 100;

async function drift(): Promise<number> {
  const [wall, monotonic] = [Date.now(), performance.now()];
  await delay(WATCH_MS);
  return Date.now() - wall - (performance.now() - monotonic);
}

/** Asks another clock some times and believes the quickest answer. */
export async function offsetOf(of: string, ask: () => Promise<number>, times = 5): Promise<Offset> {
  let best: Offset = { of, aheadMs: 0, uncertainMs: Infinity };
  for (let time = 0; time < times; time += 1) {
    const [wall, begun] = [Date.now(), performance.now()];
    const other = await ask();
    const uncertainMs = (performance.now() - begun) / 2;
    if (uncertainMs < best.uncertainMs) best = { of, aheadMs: other - (wall + uncertainMs), uncertainMs };
  }
  return best;
}

async function synchronized(): Promise<boolean | null> {
  const { code, output } = await runToEnd(['timedatectl', 'show', '--property=NTPSynchronized', '--value']);
  return code === 0 && /^(yes|no)$/.test(output) ? output === 'yes' : null;
}

/** The clock of this machine; those of the engines are looked at where they are asked anyway (engines-running.ts). */
export const clockCheck: Check = {
  name: 'clock',
  async look() {
    const newestFileMs = Math.max(...['package.json', 'package-lock.json'].map((name) => statSync(join(ROOT, name)).mtimeMs));
    return judgeClock({ nowMs: Date.now(), newestFileMs, driftMs: await drift(), synchronized: await synchronized(), offsets: [] });
  },
};

/** The finding of one offset alone. */
export const judgeOffsets = (offsets: readonly Offset[]): Finding[] => offsets.map(judgeOffset);
