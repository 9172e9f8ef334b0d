/** The arguments of an experiment: its own options, and those of every experiment. */
import { formatOptions } from '../shared/arguments/help.js';
import type { Options, OptionTable } from '../shared/arguments/options.js';
import { parseOptions } from '../shared/arguments/parse.js';

const COMMON = {
  json: { text: true, value: 'FILE', doc: 'An additional copy of the result' },
  help: { flag: true, alias: 'h', doc: 'Show this help' },
} as const;
const REPLAY = {
  replay: {
    text: true,
    value: 'RUN',
    doc: 'Repeats a run from its folder under reports/; no other options',
  },
} as const;

export interface ExperimentArguments<T extends OptionTable> {
  options: Options<T>;
  /** `--json FILE`; null: absent. */
  json: string | null;
  help: boolean;
}

/** @throws ArgumentError */
export function parseExperimentOptions<const T extends OptionTable>(
  table: T,
  words: readonly string[],
): ExperimentArguments<T> {
  const values = parseOptions({ ...table, ...COMMON }, words);
  const { json, help } = values as Options<typeof COMMON>;
  const own = Object.keys(table).map((name) => [name, (values as Options<T>)[name]]);
  return { options: Object.fromEntries(own) as Options<T>, json, help };
}

/** The options of an experiment as lines of its help. */
export const describeOptions = (table: OptionTable): string =>
  formatOptions({ ...table, ...REPLAY, ...COMMON }).join('\n');
