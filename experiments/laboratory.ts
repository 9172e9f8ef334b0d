/** A system of its own for one experiment: free ports, data in a temporary folder, gone at the end however it ends. */
import { createWriteStream, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSystem, type System, type SystemOptions } from '../local/system.js';
import { sleep } from '../shared/clock.js';
import { readLeadership } from '../shared/leadership-store.js';
import { createLogger } from '../shared/logger.js';
import { createPool, type Pool } from '../shared/postgres.js';
import type { Progress } from './report/progress.js';

const POLL_MS = 20;
/** What every process of the latest run wrote; the place to look when it failed. */
export const LOG = join('reports', 'latest.log');

export interface Laboratory {
  system: System;
  pool: Pool;
  /** Ids of patients who can pay. */
  patients: readonly string[];
  /** Name and term of the leader of the moment; leader null: nobody was elected yet. */
  leadership(): Promise<{ leader: string | null; term: number }>;
  /** Resolves when all `replicas` are seen alive by the first monitor and one of them leads. @throws Error at the deadline. */
  settled(replicas: number, deadlineMs: number): Promise<void>;
  close(): Promise<void>;
}

export interface LaboratoryOptions {
  replicas: number;
  monitors: number;
  patients: number;
  env?: SystemOptions['env'];
  progress: Progress;
  signal: AbortSignal;
}

interface MonitorStatus {
  partitions: { leader: string | null; term: number }[];
  replicas: { id: string; observed: string; role: string; term: number }[];
}

export async function openLaboratory(options: LaboratoryOptions): Promise<Laboratory> {
  const { replicas, monitors, patients, env = {}, progress, signal } = options;
  const dataDir = mkdtempSync(join(tmpdir(), 'relevo-lab-'));
  mkdirSync('reports', { recursive: true });
  const log = createWriteStream(LOG);
  const forget = (): void => rmSync(dataDir, { recursive: true, force: true });
  try {
    const system = await startSystem({
      dataDir, replicas, monitors, patients, gateway: 'http', ports: 'free', supervise: false, quick: true, signal,
      env: { FAULTS: 'on', ...env },
      onProgress: (text) => progress.show(text),
      onLine: (name, line) => log.write(`${name} ${line}\n`),
    });
    const pool = createPool({ url: system.databaseUrl, name: 'lab', max: 4, statementTimeoutMs: 60_000 }, createLogger('lab', 'lab', 'silent'));
    const { rows } = await pool.query<{ id: string }>('SELECT id FROM patient ORDER BY id');
    const close = async (): Promise<void> => {
      await pool.end();
      await system.stop();
      log.end();
      forget();
    };
    return {
      system,
      pool,
      patients: rows.map(({ id }) => id),
      leadership: () => readLeadership(pool, 0),
      settled: (count, deadlineMs) => settled(system, count, deadlineMs, signal),
      close,
    };
  } catch (error) {
    forget();
    throw error;
  }
}

async function settled({ monitors, tokens }: System, count: number, deadlineMs: number, signal: AbortSignal): Promise<void> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    const status = await readStatus(monitors[0]?.url ?? '', tokens.operator);
    const leader = status?.partitions[0];
    const alive = status?.replicas.filter(({ observed }) => observed === 'alive') ?? [];
    const leads = alive.some(({ id, role, term }) => id === leader?.leader && role === 'leading' && term === leader.term);
    if (leads && alive.length >= count) return;
    if (performance.now() > end) throw new Error(`the system did not settle within ${deadlineMs} ms: ${alive.length} of ${count} replicas alive`);
    await sleep(POLL_MS, signal);
  }
}

async function readStatus(url: string, token: string): Promise<MonitorStatus | null> {
  try {
    const answer = await fetch(`${url}/status`, { headers: { authorization: `Bearer ${token}` } });
    return answer.ok ? ((await answer.json()) as MonitorStatus) : null;
  } catch {
    return null;
  }
}
