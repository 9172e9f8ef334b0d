/**
 * Repeats the published report about measurement rounds on ZooKeeper, fault by fault, on a real
 * ensemble of three: time to the next mean, missed rounds, and means that are wrong, duplicated or
 * stale. The published behaviour runs beside it as a baseline that never recovers.
 */
import { seededRandom } from '../../shared/random.js';
import { PUBLISHED_ROUNDS } from '../baselines/measurements/system.js';
import type { Experiment, RunContext } from '../experiment.js';
import { readVersions } from '../record/evidence.js';
import type { OwnReport, RunRecord } from '../record/run-record.js';
import { zookeeperPage } from '../report/page/zookeeper.js';
import { zookeeperSummary } from '../report/zookeeper-summary.js';
import { zookeeperTable } from '../report/zookeeper-table.js';
import { describeMachine } from '../system/machine.js';
import { RELEVO, type SystemUnderTest } from '../system/system-under-test.js';
import type { TrialFigures } from '../zookeeper/figures.js';
import { measureMemory } from '../zookeeper/memory.js';
import { openScene } from '../zookeeper/open-scene.js';
import { findWrongRow, planRun, type TrialsPlan } from '../zookeeper/plan.js';
import { measurementObjectives, toViolations } from '../zookeeper/rows.js';
import { runTrials } from '../zookeeper/run.js';
import { toFigures, type MeasurementFigures, type MemoryFigure } from '../zookeeper/run-figures.js';
import { sum } from '../statistics/statistics.js';
import { startResult } from './result-maker.js';

const OPTIONS = {
  count: { default: 5, min: 1, max: 1_000, doc: 'trials of each fault' },
  baseline: {
    default: 3,
    min: 0,
    max: 100,
    doc: 'trials of each fault with the published behaviour; 0: none',
  },
  rows: { text: true, value: 'FAULTS', doc: 'faults, separated by commas (all)' },
  period: { default: 1_000, min: 500, max: 60_000, doc: 'ms between the begins of two rounds' },
  unsafe: {
    flag: true,
    doc: 'the control: the API accepts every mean, and must accept a stale one',
  },
  quick: { flag: true, doc: 'one trial of some faults, and one of the baseline' },
  seed: { default: 1, min: 0, max: 2 ** 31 - 1, doc: 'chooses order, times and processes' },
} as const;

type Context = RunContext<typeof OPTIONS>;

export const zookeeper: Experiment<typeof OPTIONS> = {
  name: 'zookeeper',
  summary: 'measurement rounds while devices and members of ZooKeeper die, fault by fault',
  options: OPTIONS,
  check: findWrongRow,
  run,
};

async function run(context: Context): Promise<RunRecord> {
  const { options, command } = context;
  const { makeResult } = startResult('zookeeper', options.seed);
  const { figures, versions } = await measure(context);
  const violations = toViolations(figures.trials.relevo);
  const result = makeResult({
    verdict: violations.length > 0 ? 'invalid' : 'valid',
    violations,
    objectives: measurementObjectives(figures.rows),
    systems: [],
  });
  context.print(zookeeperTable(figures, result));
  const journal = {
    result,
    command,
    deadlineMs: 0,
    machine: describeMachine(versions),
    plan: null,
    notes: notesOf(figures),
    systems: [],
  };
  return { ...journal, own: ownReport(journal, figures) };
}

interface Measured {
  figures: MeasurementFigures;
  versions: Record<string, string>;
}

async function measure(context: Context): Promise<Measured> {
  const plan = planRun(context.options);
  const { periodMs, sessionTimeoutMs } = plan;
  const relevo = await runSystem(context, RELEVO, plan);
  const published = plan.baseline ? await runSystem(context, PUBLISHED_ROUNDS, plan) : null;
  const figures = toFigures(plan.relevo.faults, {
    memory: relevo.memory,
    measured: relevo.measured,
    periodMs,
    sessionTimeoutMs,
    trials: { relevo: relevo.trials, baseline: published?.trials ?? [] },
  });
  return { figures, versions: relevo.versions };
}

interface SystemFigures {
  trials: TrialFigures[];
  memory: MemoryFigure[];
  measured: MeasurementFigures['measured'];
  versions: Record<string, string>;
}

async function runSystem(
  { options, progress, signal }: Context,
  subject: SystemUnderTest,
  { periodMs, sessionTimeoutMs, relevo, baseline }: TrialsPlan,
): Promise<SystemFigures> {
  const { unsafe, seed } = options;
  const isBaseline = subject !== RELEVO;
  const random = seededRandom(seed, subject.name);
  const wanted = { subject, periodMs, sessionTimeoutMs, random, withoutFence: unsafe };
  const scene = await openScene(wanted, { progress, signal });
  try {
    const trials = await runTrials(scene, {
      ...((isBaseline ? baseline : null) ?? relevo),
      restarts: isBaseline,
      stopsAtFinding: unsafe,
      show: (text) => progress.show(`${subject.name} · ${text}`),
    });
    const { pool, system } = scene.cluster;
    const versions = await readVersions(pool, system.redisUrl);
    const { measured } = scene.recorder;
    const ofPayments = measured.filter(({ payments }) => payments > 0).length;
    return {
      trials,
      memory: measureMemory(scene),
      measured: { all: measured.length, ofPayments },
      versions,
    };
  } finally {
    progress.end();
    await scene.cluster.close();
  }
}

const notesOf = ({ periodMs, sessionTimeoutMs }: MeasurementFigures): string[] => [
  `Rounds begin every ${periodMs} ms; the session time-out is ${sessionTimeoutMs} ms. The next mean is the first one whose measurements were all made after the fault.`,
];

function ownReport(journal: RunRecord, figures: MeasurementFigures): OwnReport {
  const toTrial = ({ fault, target, means, missed, atMs, healedAtMs }: TrialFigures) => ({
    sent: means + missed,
    succeeded: means,
    failed: missed,
    faults: [{ kind: fault, target, atMs, healedAtMs }],
  });
  const toSystem = (system: string, trials: readonly TrialFigures[]) => {
    const all = trials.map(toTrial);
    const [sent, failed] = [sum(all.map((each) => each.sent)), sum(all.map((each) => each.failed))];
    const total = { sent, succeeded: sent - failed, failed };
    return { system, trials: all, total };
  };
  const { relevo, baseline } = figures.trials;
  return {
    systems: [
      toSystem(RELEVO.name, relevo),
      ...(baseline.length > 0 ? [toSystem(PUBLISHED_ROUNDS.name, baseline)] : []),
    ],
    files: {
      'zookeeper.json': `${JSON.stringify(figures, null, 2)}\n`,
      'summary.md': zookeeperSummary(journal, figures),
      'report.html': zookeeperPage(journal, figures),
    },
  };
}
