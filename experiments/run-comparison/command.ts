/**
 * `npm run experiment -- compare RUN RUN`: reads two runs and prints the differences; the exit code
 * shows whether any figure became worse.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ArgumentError } from '../arguments.js';
import { EXIT } from '../record/result.js';
import { compareRuns } from './compare-runs.js';
import { comparisonTable, wrap } from './comparison-table.js';
import { comparisonPage } from './comparison-page.js';
import { readRun, UnreadableRun } from './recorded-run.js';
import { verdictIsWorse, warningsOf } from './warnings.js';

export const COMPARE_SUMMARY = 'compares two runs: significant changes of the figures';

const DEFAULT_TOLERANCE = 5;

const USAGE = `Usage: npm run experiment -- compare RUN RUN [options]

  RUN              a folder, or its name under reports/; the earlier run first
  --tolerance N    change of a time, in percent, that still counts as equal (${DEFAULT_TOLERANCE})
  --json FILE      the comparison as JSON
  --html FILE      the comparison as a page

Exit codes: 0 not worse · 1 worse · 3 unreadable run · 4 wrong arguments.`;

interface Asked {
  runs: [string, string];
  tolerance: number;
  json: string | undefined;
  html: string | undefined;
}

const OPTIONS = {
  tolerance: { type: 'string' },
  json: { type: 'string' },
  html: { type: 'string' },
  help: { type: 'boolean' },
} as const;

function parseWords(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new ArgumentError((error as Error).message.split('. ')[0]);
  }
}

/** @returns null when the help is requested. @throws ArgumentError */
function parse(args: readonly string[]): Asked | null {
  const { values, positionals } = parseWords(args);
  if (values.help) return null;
  const [before, after, ...more] = positionals;
  if (before === undefined || after === undefined || more.length > 0)
    throw new ArgumentError('compare needs two runs: compare RUN RUN');
  const tolerance = Number(values.tolerance ?? DEFAULT_TOLERANCE);
  if (!(tolerance >= 0 && tolerance <= 100))
    throw new ArgumentError(`--tolerance must be between 0 and 100, got "${values.tolerance}"`);
  return { runs: [before, after], tolerance, json: values.json, html: values.html };
}

/** @returns the exit code. @throws ArgumentError */
export function compareCommand(args: readonly string[], print: (text: string) => void): number {
  const asked = parse(args);
  if (!asked) {
    print(USAGE);
    return EXIT.met;
  }
  try {
    return compare(asked, print);
  } catch (error) {
    if (!(error instanceof UnreadableRun)) throw error;
    print(error.message);
    return EXIT.setup;
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
    worse.length === 0 ? 'No figure became worse.' : wrap(`Worse: ${worse.join('; ')}.`).join('\n'),
  );
  if (json !== undefined) {
    const folders = { before: before.folder, after: after.folder };
    writeFileSync(
      json,
      `${JSON.stringify({ ...folders, warnings: told.warnings, tolerancePercent: tolerance, differences, worse }, null, 2)}\n`,
    );
  }
  if (html !== undefined) writeFileSync(html, comparisonPage({ ...told, worse }));
  return worse.length === 0 ? EXIT.met : EXIT.missed;
}
