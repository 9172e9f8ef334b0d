/**
 * `npm run simulate -- [options]`: plays schedules of faults against the protocol in virtual time,
 * optionally with a planted bug.
 */
import { formatOptions } from '../shared/arguments/help.js';
import type { Options } from '../shared/arguments/options.js';
import { ArgumentError, asksForHelp, parseOptions } from '../shared/arguments/parse.js';
import { createProgress, type Progress } from '../experiments/progress.js';
import { EXPERIMENT_EXIT } from '../experiments/record/result.js';
import { huntMutants, searchAll, type SeedSearch } from './campaign.js';
import { mutantTable } from './mutant-table.js';
import { WorkerPool } from './pool.js';
import { SUBJECT_NAMES, SUBJECTS, type SubjectName } from './subjects.js';

const OPTIONS = {
  of: {
    text: true,
    choices: SUBJECT_NAMES,
    default: 'payments',
    doc: 'payments: monitors and replicas; measurements: the rounds on ZooKeeper',
  },
  seeds: {
    default: 10_000,
    min: 1,
    max: 1_000_000_000,
    doc: 'number of schedules; with --seed alone: one',
  },
  seed: { default: 1, min: 0, max: 2 ** 31 - 1, doc: 'the first seed' },
  mutant: { text: true, value: 'NAME', doc: 'the system with this bug planted' },
  mutants: { flag: true, doc: 'plants every bug in turn until it is caught' },
  transcript: { flag: true, doc: 'with one seed: the run, step by step' },
} as const;
type SimulateOptions = Options<typeof OPTIONS>;

const WIDTH = 30;
const print = (text: string): void => void process.stdout.write(`${text}\n`);
const count = (number: number): string => Math.round(number).toLocaleString('en-US');

function bar(done: number, all: number): string {
  const filled = Math.floor((done / all) * WIDTH);
  return `[${'#'.repeat(filled)}${'.'.repeat(WIDTH - filled)}] ${count(done)} of ${count(all)}`;
}

const again = (of: SubjectName, seed: number, mutant: string | null): string =>
  [
    'npm run simulate --',
    ...(of === 'payments' ? [] : [`--of ${of}`]),
    `--seed ${seed}`,
    ...(mutant === null ? [] : [`--mutant ${mutant}`]),
  ].join(' ');

/** The choices of the option were checked. */
const toSubject = ({ of }: SimulateOptions): SubjectName => of as SubjectName;

function summary({ seeds, steps, finding }: SeedSearch, cores: number, seconds: number): string {
  const rate = seeds / seconds;
  const verdict = finding === null ? 'every invariant held' : 'a schedule broke an invariant';
  return [
    `${count(seeds)} schedules, ${count(steps)} steps: ${verdict}.`,
    `${count(rate)} schedules/s on ${cores} cores, ${count(rate / cores)} a core; ${count(steps / seeds)} steps a schedule.`,
  ].join('\n');
}

function playOne(options: SimulateOptions): number {
  const { seed, mutant, transcript } = options;
  const of = toSubject(options);
  const subject = SUBJECTS[of];
  const { finding } = subject.search({ from: seed, count: 1, mutant, only: null });
  if (finding) {
    print(subject.explain(seed, mutant, finding.breach, again(of, seed, mutant)));
    return EXPERIMENT_EXIT.broken;
  }
  const { lines, outcome } = subject.transcribe(seed, mutant);
  if (transcript) print(`${lines.join('\n')}\n`);
  print(
    `Seed ${seed}: ${outcome.steps} steps in ${outcome.tookMs} virtual ms: every invariant held.`,
  );
  return EXPERIMENT_EXIT.met;
}

async function playMany(
  pool: WorkerPool,
  options: SimulateOptions,
  progress: Progress,
): Promise<number> {
  const { seed, seeds, mutant } = options;
  const of = toSubject(options);
  const startMs = performance.now();
  const campaign = await searchAll(pool, { of, from: seed, count: seeds, mutant }, (sofar) =>
    progress.show(bar(sofar.seeds, seeds)),
  );
  progress.end();
  print(summary(campaign, pool.size, (performance.now() - startMs) / 1_000));
  if (campaign.finding === null) return EXPERIMENT_EXIT.met;
  const { seed: broken, breach } = campaign.finding;
  print(`\n${SUBJECTS[of].explain(broken, mutant, breach, again(of, broken, mutant))}`);
  return EXPERIMENT_EXIT.broken;
}

async function playMutants(pool: WorkerPool, of: SubjectName, progress: Progress): Promise<number> {
  const { mutants } = SUBJECTS[of];
  const results = await huntMutants(pool, of, (done) => progress.show(bar(done, mutants.length)));
  progress.end();
  print(mutantTable(results));
  return results.every(({ caughtAt }) => caughtAt !== null)
    ? EXPERIMENT_EXIT.met
    : EXPERIMENT_EXIT.broken;
}

/** @throws ArgumentError when options contradict each other. */
function check(options: SimulateOptions, args: readonly string[]): void {
  const { mutant, mutants, transcript, seeds } = options;
  const known = SUBJECTS[toSubject(options)].mutants;
  const isGiven = (name: string): boolean =>
    args.some((word) => word === `--${name}` || word.startsWith(`--${name}=`));
  if (mutant !== null && !known.some(({ name }) => name === mutant))
    throw new ArgumentError(`There is no mutant "${mutant}"; --help lists them`);
  if (mutants && ['seed', 'seeds', 'mutant', 'transcript'].some(isGiven))
    throw new ArgumentError('--mutants allows no other option than --of');
  if (transcript && seeds !== 1) throw new ArgumentError('--transcript needs one seed: --seed S');
}

const help = (): string =>
  [
    'Usage: npm run simulate -- [options]',
    '',
    ...formatOptions(OPTIONS),
    '',
    ...SUBJECT_NAMES.flatMap((of) => [
      `Mutants of ${of}:`,
      ...SUBJECTS[of].mutants.map(({ name, bug }) => `  ${name.padEnd(25)} ${bug}`),
    ]),
  ].join('\n');

async function onAllCores(
  work: (pool: WorkerPool, progress: Progress) => Promise<number>,
): Promise<number> {
  const pool = await WorkerPool.open();
  const progress = createProgress();
  const interrupted = new Promise<number>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => resolve(EXPERIMENT_EXIT.interrupted));
  });
  try {
    return await Promise.race([work(pool, progress), interrupted]);
  } finally {
    progress.end();
    await pool.close();
  }
}

async function main(args: readonly string[]): Promise<number> {
  if (asksForHelp(args)) {
    print(help());
    return EXPERIMENT_EXIT.met;
  }
  const options = parseOptions(OPTIONS, args);
  const isAlone =
    args.some((word) => /^--seed(=|$)/.test(word)) &&
    !args.some((word) => /^--seeds(=|$)/.test(word));
  const chosen = isAlone ? { ...options, seeds: 1 } : options;
  check(chosen, args);
  if (chosen.mutants)
    return onAllCores((pool, progress) => playMutants(pool, toSubject(chosen), progress));
  if (chosen.seeds === 1) return playOne(chosen);
  return onAllCores((pool, progress) => playMany(pool, chosen, progress));
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    const wrongArguments = error instanceof ArgumentError;
    process.stderr.write(
      `${wrongArguments ? error.message.split('\n')[0] : String((error as Error).stack)}\n`,
    );
    process.exit(wrongArguments ? EXPERIMENT_EXIT.arguments : EXPERIMENT_EXIT.setup);
  },
);
