/**
 * `npm run experiment -- compare RUN RUN`: reads two runs and prints the differences; the exit code
 * shows whether any figure became worse.
 */
import { writeFileSync } from 'node:fs';
import { formatOptions } from '../../shared/arguments/help.js';
import { ArgumentError, asksForHelp, parseArguments } from '../../shared/arguments/parse.js';
import { EXPERIMENT_EXIT } from '../record/result.js';
import { compareRuns } from './compare-runs.js';
import { comparisonTable, wrapNote, type ComparisonFacts } from './comparison-table.js';
import { comparisonPage } from './comparison-page.js';
import { readRun, UnreadableRun, type RecordedRun } from './recorded-run.js';
import { listWarnings } from './warnings.js';

export const COMPARE_SUMMARY = 'compares two runs: significant changes of the figures';

const OPTIONS = {
  tolerance: {
    text: true,
    value: 'N',
    doc: 'Change of a time, in percent, that still counts as equal',
    default: '5',
  },
  json: { text: true, value: 'FILE', doc: 'The comparison as JSON' },
  html: { text: true, value: 'FILE', doc: 'The comparison as a page' },
} as const;

const USAGE = `Usage: npm run experiment -- compare RUN RUN [options]

RUN is a folder, or its name under reports/; the earlier run first.

${formatOptions(OPTIONS).join('\n')}

Exit codes: 0 not worse · 1 worse · 3 unreadable run · 4 wrong arguments.`;

/** @returns the exit code. @throws ArgumentError */
export function compareCommand(args: readonly string[], print: (text: string) => void): number {
  if (asksForHelp(args)) {
    print(USAGE);
    return EXPERIMENT_EXIT.met;
  }
  const { options, positionals } = parseArguments(OPTIONS, args);
  const [before, after, ...more] = positionals;
  if (before === undefined || after === undefined || more.length > 0)
    throw new ArgumentError('compare needs two runs: compare RUN RUN');
  const tolerance = Number(options.tolerance);
  if (!(tolerance >= 0 && tolerance <= 100))
    throw new ArgumentError(`--tolerance must be between 0 and 100, got "${options.tolerance}"`);
  try {
    const facts = compare(readRun(before), readRun(after), tolerance);
    const worse = listWorse(facts);
    print(comparisonTable(facts));
    print(
      worse.length === 0
        ? 'No figure became worse.'
        : wrapNote(`Worse: ${worse.join('; ')}.`).join('\n'),
    );
    if (options.json !== null) writeFileSync(options.json, toJson(facts, worse));
    if (options.html !== null) writeFileSync(options.html, comparisonPage(facts, worse));
    return worse.length === 0 ? EXPERIMENT_EXIT.met : EXPERIMENT_EXIT.missed;
  } catch (error) {
    if (!(error instanceof UnreadableRun)) throw error;
    print(error.message);
    return EXPERIMENT_EXIT.setup;
  }
}

function compare(before: RecordedRun, after: RecordedRun, tolerance: number): ComparisonFacts {
  const differences = compareRuns(before, after, tolerance / 100);
  if (differences.length === 0) throw new UnreadableRun('The two runs have no system in common.');
  return { before, after, differences, warnings: listWarnings(before, after), tolerance };
}

/** The figures that became worse, and the verdict: a broken rule outweighs any figure. */
function listWorse({ before, after, differences }: ComparisonFacts): string[] {
  const [first, second] = [before.result.verdict, after.result.verdict];
  return [
    ...differences
      .filter(({ judgement }) => judgement === 'worse')
      .map(({ system, what }) => `${system}: ${what}`),
    ...(first !== 'invalid' && second === 'invalid'
      ? [`verdict: ${first} before, ${second} after`]
      : []),
  ];
}

function toJson(facts: ComparisonFacts, worse: readonly string[]): string {
  const { before, after, warnings, tolerance: tolerancePercent, differences } = facts;
  const folders = { before: before.folder, after: after.folder };
  const all = { ...folders, warnings, tolerancePercent, differences, worse };
  return `${JSON.stringify(all, null, 2)}\n`;
}
