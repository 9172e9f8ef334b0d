/**
 * Compares the routes of the services to the primary of the database cluster: the same faults under
 * the same traffic, first with the pool that follows the primary, then through HAProxy, each with a
 * cluster of its own.
 */
import { createReadStream, createWriteStream, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { RecordRoute } from '../../local/plan.js';
import type { RunRecord } from '../record/run-record.js';
import { lostFiles } from '../report/lost-payments.js';
import { storageTable } from '../report/storage-table.js';
import { together } from '../run/segment-recorder.js';
import { storageObjectives } from '../storage/figures.js';
import { STORAGE_PARTS, type StoragePartName } from '../storage/parts.js';
import { describeMachine } from '../system/machine.js';
import { RELEVO, type SystemUnderTest } from '../system/system-under-test.js';
import { inAll } from '../traffic/traffic-report.js';
import { createScenario, StorageRun, type StorageContext } from './failover-of-storage.js';
import { startResult } from './result-maker.js';
import { measureSystem, toSystemRecord, type Measured } from './with-cluster.js';

const ROUTES: readonly RecordRoute[] = ['pool', 'haproxy'];

/** The routes that `--route` names; null: one of them does not exist. */
export function readRoutes(text: string | null): readonly RecordRoute[] | null {
  const words = (text ?? 'pool').split(',').map((word) => word.trim());
  const routes = ROUTES.filter((route) => words.includes(route));
  return words.every((word) => ROUTES.some((route) => route === word)) ? routes : null;
}

const toSubject = (route: RecordRoute): SystemUnderTest =>
  route === 'pool'
    ? RELEVO
    : {
        ...RELEVO,
        name: `${RELEVO.name}-${route}`,
        what: 'The same; HAProxy passes the connections of the services on to the primary.',
      };

/** The histories of all systems, in the file of the first one; null: they are in memory. */
async function joinHistories([first, ...others]: readonly Measured[]): Promise<string | null> {
  const target = first?.history ?? null;
  for (const { history } of others) {
    if (target === null || history === null) continue;
    await pipeline(createReadStream(history), createWriteStream(target, { flags: 'a' }));
    rmSync(dirname(history), { recursive: true });
  }
  return target;
}

/** One system after the other. @throws as `measureSystem`; no history is left then. */
async function measureRuns(
  runs: readonly StorageRun[],
  context: StorageContext,
): Promise<Measured[]> {
  const systems: Measured[] = [];
  try {
    for (const run of runs)
      systems.push(await measureSystem(toSubject(run.route), createScenario(run), context));
    return systems;
  } catch (error) {
    for (const { history } of systems)
      if (history !== null) rmSync(dirname(history), { recursive: true, force: true });
    throw error;
  }
}

/** @throws as `measureSystem`. */
export async function compareRoutes(
  name: StoragePartName,
  routes: readonly RecordRoute[],
  context: StorageContext,
): Promise<RunRecord> {
  const { count, seed } = context.options;
  const { makeResult } = startResult('failover', seed);
  const runs = routes.map((route) => new StorageRun(context, STORAGE_PARTS[name], route));
  const systems = await measureRuns(runs, context);
  const figures = runs.flatMap((run) => run.figures());
  const { verdict, violations } = together(systems);
  const result = makeResult({
    verdict,
    violations,
    objectives: storageObjectives(figures, STORAGE_PARTS[name].faults, count),
    systems: systems.map(({ subject, trials, total }) => ({ system: subject.name, trials, total })),
  });
  const settings = runs[0]?.facts().settings ?? '';
  const traffic = inAll(runs.map((run) => run.facts().traffic));
  const lost = runs.flatMap((run) => run.facts().lost);
  context.print(storageTable(figures, result, { settings, traffic, lost }));
  const history = await joinHistories(systems);
  return {
    result,
    command: context.command,
    deadlineMs: runs[0]?.deadlineMs ?? 0,
    machine: describeMachine(systems[0]?.versions ?? {}),
    plan: null,
    notes: [settings],
    files: lostFiles(lost),
    ...(history === null ? {} : { history }),
    systems: systems.map(toSystemRecord),
  };
}
