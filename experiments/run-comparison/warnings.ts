/**
 * Reasons why two runs are hard to compare: another experiment, machine, version, option or seed.
 * Pure.
 */
import type { RecordedRun } from './recorded-run.js';

const describePlace = ({ journal: { machine } }: RecordedRun): string =>
  [machine.cpu, machine.cores, machine.memoryGb, machine.os].join();

/** The requested options: the command without its seed and its output file. */
const getOptions = ({ journal: { command } }: RecordedRun): string =>
  command.replace(/\s--(seed|json)[ =]\S+/g, '').trim();

/** Engines with different versions in the two runs. */
function listVersions({ journal: before }: RecordedRun, { journal: after }: RecordedRun): string[] {
  const [first, second] = [before.machine.versions, after.machine.versions];
  return Object.keys({ ...first, ...second })
    .filter((name) => first[name] !== second[name])
    .map((name) => `${name} ${first[name] ?? 'none'} against ${second[name] ?? 'none'}`);
}

/** Systems that only one run contains. */
function listAlone(before: RecordedRun, after: RecordedRun): string[] {
  const all = [before, after].flatMap(({ result }) => result.systems.map(({ system }) => system));
  return all.filter((name) => all.indexOf(name) === all.lastIndexOf(name));
}

/** Warnings, one sentence each; empty: the runs differ only in time and commit. */
export function listWarnings(before: RecordedRun, after: RecordedRun): string[] {
  const sentences: string[] = [];
  const compare = <T>(get: (run: RecordedRun) => T, toSentence: (a: T, b: T) => string): void => {
    const [a, b] = [get(before), get(after)];
    if (a !== b) sentences.push(toSentence(a, b));
  };
  compare(
    ({ result }) => result.name,
    (a, b) => `Different experiments: ${a} and ${b}.`,
  );
  compare(getOptions, (a, b) => `Different options: "${a}" and "${b}".`);
  compare(
    ({ result }) => result.seed,
    (a, b) => `Different seeds: ${a} and ${b}.`,
  );
  compare(
    ({ journal }) => journal.deadlineMs,
    () => 'Different deadlines: the availabilities cannot be compared.',
  );
  compare(describePlace, () => 'Different machines: times are hardly comparable.');
  const [versions, alone] = [listVersions(before, after), listAlone(before, after)];
  if (versions.length > 0) sentences.push(`Different versions: ${versions.join('; ')}.`);
  if (alone.length > 0) sentences.push(`In one run only: ${alone.join(', ')}.`);
  return sentences;
}
