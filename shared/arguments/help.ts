/**
 * Formats the help of a program within 80 columns: usage, positional arguments, options with type,
 * choices and default, and examples. Pure.
 */
import type { Option, OptionTable } from './options.js';
import { TEXT_WIDTH, wrap } from './wrap.js';

/** The longest command of an example before it is wrapped. */
const EXAMPLE_WIDTH = TEXT_WIDTH / 2;

interface PositionalSpec {
  doc: string;
  choices?: readonly string[];
  required?: true;
}
export type PositionalTable = Readonly<Record<string, PositionalSpec>>;

export interface HelpSpec {
  /** The command line: `relevo drain <replica>`. */
  usage: string;
  text: string;
  positionals?: PositionalTable;
  /** Titles with their options; an empty table is left out. */
  sections: readonly (readonly [title: string, options: OptionTable])[];
  examples?: readonly (readonly [line: string, does: string])[];
}

/** One row of the help: the option, its text, and its facts in brackets. */
type Row = readonly [left: string, doc: string, facts: string];

const toFact = (title: string, value: string): string => `[${title}: ${value}]`;

function listFacts(option: Option | PositionalSpec): string {
  if ('flag' in option) return '[boolean] [default: false]';
  if ('min' in option) return `[number] ${toFact('default', String(option.default))}`;
  return [
    '[string]',
    ...(option.required ? ['[required]'] : []),
    ...(option.choices
      ? [toFact('choices', option.choices.map((each) => `"${each}"`).join(', '))]
      : []),
    ...('default' in option ? [toFact('default', `"${option.default}"`)] : []),
  ].join(' ');
}

const toRow = ([name, option]: [string, Option]): Row => [
  `${option.alias === undefined ? '    ' : `-${option.alias}, `}--${name}${'value' in option ? ` ${option.value}` : ''}`,
  option.doc,
  name === 'help' ? '[boolean]' : listFacts(option),
];

/** The facts stand at the right edge: in the last line of the text if they fit, else below it. */
function formatRows(rows: readonly Row[]): string[] {
  const left = Math.max(...rows.map(([switches]) => switches.length)) + 4;
  return rows.flatMap(([switches, doc, facts]) => {
    const lines = wrap(doc, TEXT_WIDTH - left).map(
      (line, index) => `  ${index === 0 ? switches : ''}`.padEnd(left) + line,
    );
    const last = lines.at(-1) ?? '';
    return last.length + facts.length <= TEXT_WIDTH
      ? [...lines.slice(0, -1), last + facts.padStart(TEXT_WIDTH - last.length)]
      : [...lines, ...wrap(facts, TEXT_WIDTH).map((line) => line.padStart(TEXT_WIDTH))];
  });
}

const formatUsageOf = ([name, option]: [string, Option]): string => {
  if ('flag' in option) return `[--${name}]`;
  if ('min' in option) return `[--${name} N]`;
  const [first, ...more] = option.choices ?? [option.value ?? name.toUpperCase()];
  const isLong = more.length > 4;
  return `[--${name} ${isLong ? `${first}..${more.at(-1)}` : [first, ...more].join('|')}]`;
};

/** The usage of an npm script: `npm run studio -- [--port N]`, and how npm passes options. */
export const formatUsage = (line: string, table: OptionTable): string =>
  [
    [`${line} --`, ...Object.entries(table).map(formatUsageOf)].join(' '),
    '(npm passes the options after the two dashes to Relevo)',
  ].join('\n');

/** The options of a table, one or more lines each. */
export const formatOptions = (table: OptionTable): string[] =>
  formatRows(
    Object.entries(table)
      .filter(([, { hidden }]) => hidden !== true)
      .map(toRow),
  );

function formatExamples(examples: NonNullable<HelpSpec['examples']>): string[] {
  const width = Math.min(EXAMPLE_WIDTH, Math.max(...examples.map(([line]) => line.length)));
  return examples.flatMap(([line, does]) => {
    const left = wrap(line, width);
    const right = wrap(does, TEXT_WIDTH - width - 4);
    return Array.from({ length: Math.max(left.length, right.length) }, (_, index) =>
      `  ${(left[index] ?? '').padEnd(width)}  ${right[index] ?? ''}`.trimEnd(),
    );
  });
}

/** The whole help, without a line end. */
export function formatHelp({
  usage,
  text,
  positionals = {},
  sections,
  examples = [],
}: HelpSpec): string {
  const words = Object.entries(positionals).map(([name, spec]): Row => [
    name,
    spec.doc,
    listFacts(spec),
  ]);
  const blocks = [
    [usage, '', ...wrap(text, TEXT_WIDTH)],
    ...(words.length > 0 ? [['Positionals:', ...formatRows(words)]] : []),
    ...sections
      .filter(([, options]) => Object.values(options).some(({ hidden }) => hidden !== true))
      .map(([title, options]) => [`${title}:`, ...formatOptions(options)]),
    ...(examples.length > 0 ? [['Examples:', ...formatExamples(examples)]] : []),
  ];
  return blocks.map((lines) => lines.join('\n')).join('\n\n');
}
