/** Formats the doctor's findings within 80 columns. Colours only emphasise. Pure. */
import type { Paint } from '../output/paint.js';
import { WIDTH, wrap } from '../output/table.js';
import type { Finding, Level } from './finding.js';
import { pluralize } from '../../shared/format.js';

const SIGN: Readonly<Record<Level, string>> = {
  ok: '✓ ok',
  warning: '! warning',
  problem: '✗ problem',
};
const COLOUR = { ok: 'green', warning: 'yellow', problem: 'red' } as const;
const SIGN_WIDTH = 11;
const SUBJECT_WIDTH = 13;
const INDENT = ' '.repeat(SIGN_WIDTH + SUBJECT_WIDTH);

function findingLines({ level, subject, says, fix }: Finding, paint: Paint): string[] {
  const [first = '', ...more] = wrap(says, WIDTH - INDENT.length);
  const sign = paint(COLOUR[level], SIGN[level]) + ' '.repeat(SIGN_WIDTH - SIGN[level].length);
  return [
    `${sign}${subject.padEnd(SUBJECT_WIDTH - 1)} ${first}`,
    ...more.map((line) => INDENT + line),
    // Never wrap a command: users copy it.
    ...(fix === null ? [] : [`${INDENT}fix: ${fix}`]),
  ];
}

const count = (findings: readonly Finding[], level: Level): number =>
  findings.filter((finding) => finding.level === level).length;

export function formatFindings(
  findings: readonly Finding[],
  running: boolean,
  paint: Paint,
): string {
  const [problems, warnings] = [count(findings, 'problem'), count(findings, 'warning')];
  const verdict =
    problems > 0
      ? paint('red', `${pluralize(problems, 'problem')}, ${pluralize(warnings, 'warning')}.`)
      : warnings > 0
        ? `No problem, ${pluralize(warnings, 'warning')}.`
        : 'No problems.';
  const rest = running ? '' : ' Relevo is not running; more checks need a running system.';
  return [
    ...findings.flatMap((finding) => findingLines(finding, paint)),
    '',
    ...wrap(verdict + rest, WIDTH),
  ].join('\n');
}

/** Whether there is no problem. */
export const isHealthy = (findings: readonly Finding[]): boolean =>
  count(findings, 'problem') === 0;
