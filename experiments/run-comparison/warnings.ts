/** What makes two runs hard to compare: another experiment, machine, version, option or seed; a verdict that became worse. Pure. */
import type { RecordedRun } from './recorded-run.js';

const placeOf = ({ journal: { machine } }: RecordedRun): string => [machine.cpu, machine.cores, machine.memoryGb, machine.os].join();

/** The command without its seed and the file it writes: what was asked for. */
const optionsOf = ({ journal: { command } }: RecordedRun): string => command.replace(/\s--(seed|json)[ =]\S+/g, '').trim();

function versionWarnings(before: RecordedRun, after: RecordedRun): string[] {
  const [first, second] = [before.journal.machine.versions, after.journal.machine.versions];
  const names = [...new Set([...Object.keys(first), ...Object.keys(second)])];
  return names.flatMap((name) => (first[name] === second[name] ? [] : [`${name} ${first[name] ?? 'none'} against ${second[name] ?? 'none'}`]));
}

const systemsOf = ({ result }: RecordedRun): string[] => result.systems.map(({ system }) => system);

/** A sentence each; empty: the runs differ in nothing but time and commit. */
export function warningsOf(before: RecordedRun, after: RecordedRun): string[] {
  const versions = versionWarnings(before, after);
  const [first, second] = [systemsOf(before), systemsOf(after)];
  const alone = [...first.filter((name) => !second.includes(name)), ...second.filter((name) => !first.includes(name))];
  const pairs: readonly (readonly [boolean, string])[] = [
    [before.result.name === after.result.name, `Different experiments: ${before.result.name} and ${after.result.name}.`],
    [optionsOf(before) === optionsOf(after), `Different options: "${optionsOf(before)}" and "${optionsOf(after)}".`],
    [before.result.seed === after.result.seed, `Different seeds: ${before.result.seed} and ${after.result.seed}.`],
    [before.journal.deadlineMs === after.journal.deadlineMs, `Different deadlines: availability means something else in each.`],
    [placeOf(before) === placeOf(after), 'Different machines: times say little.'],
    [versions.length === 0, `Different versions: ${versions.join('; ')}.`],
    [alone.length === 0, `In one run only: ${alone.join(', ')}.`],
  ];
  return pairs.flatMap(([alike, sentence]) => (alike ? [] : [sentence]));
}

/** A broken rule is worse than any figure. */
export const verdictIsWorse = (before: RecordedRun, after: RecordedRun): boolean =>
  before.result.verdict !== 'invalid' && after.result.verdict === 'invalid';
