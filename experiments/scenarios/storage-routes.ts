/**
 * Compares the routes of the services to the primary of the database cluster: the same faults under
 * the same traffic, first with the pool that follows the primary, then through HAProxy, each with a
 * cluster of its own.
 */
import { createReadStream, createWriteStream, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { RecordRoute } from '../../local/plan.js';
import type { RunRecord, Unfinished } from '../record/run-record.js';
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
import { measureSystem, toSystemRecord, unfinishedLines, type Measured } from './with-cluster.js';

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

/** The measured systems, and the reason why rounds or routes are missing. */
interface Compared {
  systems: Measured[];
  unfinished: Unfinished | null;
}

/**
 * Measures one system after the other, until one of them is not finished. @throws the error of the
 * first one, when none of its rounds is finished.
 */
async function measureRuns(
  runs: readonly StorageRun[],
  context: StorageContext,
): Promise<Compared> {
  const systems: Measured[] = [];
  for (const run of runs) {
    try {
      const measured = await measureSystem(toSubject(run.route), createScenario(run), context);
      systems.push(measured);
      if (measured.unfinished) return { systems, unfinished: measured.unfinished };
    } catch (error) {
      if (systems.length === 0) throw error;
      return { systems, unfinished: toUnfinished(error as Error, run, context.signal) };
    }
  }
  return { systems, unfinished: null };
}

function toUnfinished(
  { message }: Error,
  { route }: StorageRun,
  { aborted: isInterrupted }: AbortSignal,
): Unfinished {
  const event = isInterrupted
    ? `The run was interrupted before a round of the route ${route} ended`
    : `The first round of the route ${route} failed (${message})`;
  return { sentence: `${event}: the figures are those of the routes before it.`, isInterrupted };
}

/** The last system carries the reason, so that the verdict is not better than unknown. */
const withReason = ({ systems, unfinished }: Compared): Measured[] =>
  systems.map((measured, index) =>
    unfinished && measured.unfinished === null && index === systems.length - 1
      ? { ...measured, missing: [...measured.missing, unfinished.sentence] }
      : measured,
  );

/** @throws as `measureSystem`. */
export async function compareRoutes(
  name: StoragePartName,
  routes: readonly RecordRoute[],
  context: StorageContext,
): Promise<RunRecord> {
  const { count, seed } = context.options;
  const { makeResult } = startResult('failover', seed);
  const runs = routes.map((route) => new StorageRun(context, STORAGE_PARTS[name], route));
  const compared = await measureRuns(runs, context);
  const { unfinished } = compared;
  const systems = withReason(compared);
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
  const table = storageTable(figures, result, { settings, traffic, lost });
  context.print(table + unfinishedLines(unfinished));
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
    ...(unfinished === null ? {} : { unfinished }),
  };
}
