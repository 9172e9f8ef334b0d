/**
 * `npm run experiment -- compare RUN RUN`: reads two runs and prints the differences; the exit code
 * shows whether any figure became worse.
 */
import { writeFileSync } from 'node:fs';
import { formatOptions } from '../../shared/arguments/help.js';
import { ArgumentError, asksForHelp, parseArguments } from '../../shared/arguments/parse.js';
import { EXPERIMENT_EXIT } from '../record/result.js';
import { compareRuns } from './compare-runs.js';
import { comparisonTable, wrapNote } from './comparison-table.js';
import { comparisonPage } from './comparison-page.js';
import { readRun, UnreadableRun } from './recorded-run.js';
import { verdictIsWorse, warningsOf } from './warnings.js';

export const COMPARE_SUMMARY = 'compares two runs: significant changes of the figures';

const DEFAULT_TOLERANCE = '5';

const OPTIONS = {
  tolerance: {
    text: true,
    value: 'N',
    doc: 'Change of a time, in percent, that still counts as equal',
    default: DEFAULT_TOLERANCE,
  },
  json: { text: true, value: 'FILE', doc: 'The comparison as JSON' },
  html: { text: true, value: 'FILE', doc: 'The comparison as a page' },
} as const;

const USAGE = `Usage: npm run experiment -- compare RUN RUN [options]

RUN is a folder, or its name under reports/; the earlier run first.

${formatOptions(OPTIONS).join('\n')}

Exit codes: 0 not worse · 1 worse · 3 unreadable run · 4 wrong arguments.`;

interface Asked {
  runs: [string, string];
  tolerance: number;
  json: string | null;
  html: string | null;
}

/** @returns null when the help is requested. @throws ArgumentError */
function parse(args: readonly string[]): Asked | null {
  if (asksForHelp(args)) return null;
  const { options, positionals } = parseArguments(OPTIONS, args);
  const [before, after, ...more] = positionals;
  if (before === undefined || after === undefined || more.length > 0)
    throw new ArgumentError('compare needs two runs: compare RUN RUN');
  const tolerance = Number(options.tolerance);
  if (!(tolerance >= 0 && tolerance <= 100))
    throw new ArgumentError(`--tolerance must be between 0 and 100, got "${options.tolerance}"`);
  return { runs: [before, after], tolerance, json: options.json, html: options.html };
}

/** @returns the exit code. @throws ArgumentError */
export function compareCommand(args: readonly string[], print: (text: string) => void): number {
  const asked = parse(args);
  if (!asked) {
    print(USAGE);
    return EXPERIMENT_EXIT.met;
  }
  try {
    return compare(asked, print);
  } catch (error) {
    if (!(error instanceof UnreadableRun)) throw error;
    print(error.message);
    return EXPERIMENT_EXIT.setup;
  }
}

function compare({ runs, tolerance, json, html }: Asked, print: (text: string) => void): number {
  const [before, after] = [readRun(runs[0]), readRun(runs[1])];
  const differences = compareRuns(before, after, { tolerance: tolerance / 100 });
  if (differences.length === 0) throw new UnreadableRun('The two runs have no system in common.');
  const told = { before, after, differences, warnings: warningsOf(before, after), tolerance };
  print(comparisonTable(told));
  const worse = differences
    .filter(({ judgement }) => judgement === 'worse')
    .map(({ system, what }) => `${system}: ${what}`);
  if (verdictIsWorse(before, after))
    worse.push(`verdict: ${before.result.verdict} before, ${after.result.verdict} after`);
  print(
    worse.length === 0
      ? 'No figure became worse.'
      : wrapNote(`Worse: ${worse.join('; ')}.`).join('\n'),
  );
  if (json !== null) {
    const folders = { before: before.folder, after: after.folder };
    writeFileSync(
      json,
      `${JSON.stringify({ ...folders, warnings: told.warnings, tolerancePercent: tolerance, differences, worse }, null, 2)}\n`,
    );
  }
  if (html !== null) writeFileSync(html, comparisonPage({ ...told, worse }));
  return worse.length === 0 ? EXPERIMENT_EXIT.met : EXPERIMENT_EXIT.missed;
}
