/**
 * Reasons why two runs are hard to compare: another experiment, machine, version, option or seed.
 * Also detects a verdict that became worse. Pure.
 */
import type { RecordedRun } from './recorded-run.js';

const placeOf = ({ journal: { machine } }: RecordedRun): string =>
  [machine.cpu, machine.cores, machine.memoryGb, machine.os].join();

/** The requested options: the command without its seed and its output file. */
const optionsOf = ({ journal: { command } }: RecordedRun): string =>
  command.replace(/\s--(seed|json)[ =]\S+/g, '').trim();

function versionWarnings(before: RecordedRun, after: RecordedRun): string[] {
  const [first, second] = [before.journal.machine.versions, after.journal.machine.versions];
  const names = [...new Set([...Object.keys(first), ...Object.keys(second)])];
  return names.flatMap((name) =>
    first[name] === second[name]
      ? []
      : [`${name} ${first[name] ?? 'none'} against ${second[name] ?? 'none'}`],
  );
}

const systemsOf = ({ result }: RecordedRun): string[] => result.systems.map(({ system }) => system);

/** Warnings, one sentence each; empty: the runs differ only in time and commit. */
export function warningsOf(before: RecordedRun, after: RecordedRun): string[] {
  const versions = versionWarnings(before, after);
  const [first, second] = [systemsOf(before), systemsOf(after)];
  const alone = [
    ...first.filter((name) => !second.includes(name)),
    ...second.filter((name) => !first.includes(name)),
  ];
  const pairs: readonly (readonly [boolean, string])[] = [
    [
      before.result.name === after.result.name,
      `Different experiments: ${before.result.name} and ${after.result.name}.`,
    ],
    [
      optionsOf(before) === optionsOf(after),
      `Different options: "${optionsOf(before)}" and "${optionsOf(after)}".`,
    ],
    [
      before.result.seed === after.result.seed,
      `Different seeds: ${before.result.seed} and ${after.result.seed}.`,
    ],
    [
      before.journal.deadlineMs === after.journal.deadlineMs,
      `Different deadlines: the availabilities cannot be compared.`,
    ],
    [placeOf(before) === placeOf(after), 'Different machines: times are hardly comparable.'],
    [versions.length === 0, `Different versions: ${versions.join('; ')}.`],
    [alone.length === 0, `In one run only: ${alone.join(', ')}.`],
  ];
  return pairs.flatMap(([alike, sentence]) => (alike ? [] : [sentence]));
}

/** A broken rule outweighs any figure. */
export const verdictIsWorse = (before: RecordedRun, after: RecordedRun): boolean =>
  before.result.verdict !== 'invalid' && after.result.verdict === 'invalid';
