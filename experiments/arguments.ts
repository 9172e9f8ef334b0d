/**
 * Arguments of an experiment: integers with ranges, texts, flags. Every problem is one sentence and
 * exit code 4.
 */
import { parseArgs } from 'node:util';

export class ArgumentError extends Error {}

export interface NumberOption {
  default: number;
  min: number;
  max: number;
  doc: string;
}

/** A text; null when the option is absent. */
export interface TextOption {
  text: true;
  /** Placeholder in the help: `RUN`. */
  value: string;
  doc: string;
}

export interface FlagOption {
  flag: true;
  doc: string;
}

export type Option = NumberOption | TextOption | FlagOption;
export type OptionTable = Readonly<Record<string, Option>>;
type Value<T extends Option> = T extends NumberOption
  ? number
  : T extends TextOption
    ? string | null
    : boolean;
export type Options<T extends OptionTable> = { readonly [K in keyof T]: Value<T[K]> };

export interface ParsedArguments<T extends OptionTable> {
  options: Options<T>;
  /** `--json FILE`; null: absent. */
  json: string | null;
  help: boolean;
}

function readNumber(name: string, text: string, { min, max }: NumberOption): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value))
    throw new ArgumentError(`--${name} must be a whole number, got "${text}"`);
  if (value < min || value > max)
    throw new ArgumentError(`--${name} must be between ${min} and ${max}, got ${value}`);
  return value;
}

function readOption(
  name: string,
  option: Option,
  given: string | boolean | undefined,
): number | string | boolean | null {
  if ('flag' in option) return given === true;
  if ('text' in option) return typeof given === 'string' ? given : null;
  return typeof given === 'string' ? readNumber(name, given, option) : option.default;
}

function readWords(
  table: OptionTable,
  args: readonly string[],
): Record<string, string | boolean | undefined> {
  const kinds = Object.entries(table).map(
    ([name, option]) => [name, { type: 'flag' in option ? 'boolean' : 'string' }] as const,
  );
  const options: Record<string, { type: 'boolean' | 'string' }> = {
    ...Object.fromEntries(kinds),
    json: { type: 'string' },
    help: { type: 'boolean' },
  };
  try {
    const { values } = parseArgs({ args: [...args], options });
    return Object.fromEntries(
      Object.entries(values).map(([name, value]) => [
        name,
        Array.isArray(value) ? value.at(-1) : value,
      ]),
    );
  } catch (error) {
    throw new ArgumentError((error as Error).message.split('. ')[0]);
  }
}

/** @throws ArgumentError */
export function parseOptions<const T extends OptionTable>(
  table: T,
  args: readonly string[],
): ParsedArguments<T> {
  const values = readWords(table, args);
  const read = Object.entries(table).map(
    ([name, option]) => [name, readOption(name, option, values[name])] as const,
  );
  return {
    options: Object.fromEntries(read) as Options<T>,
    json: typeof values['json'] === 'string' ? values['json'] : null,
    help: values['help'] === true,
  };
}

function describe([name, option]: [string, Option]): string {
  if ('flag' in option) return `  --${name.padEnd(12)} ${option.doc}`;
  if ('text' in option) return `  --${`${name} ${option.value}`.padEnd(12)} ${option.doc}`;
  return `  --${name.padEnd(12)} ${option.doc} (${option.default})`;
}

/** The options, one line each. */
export const describeOptions = (table: OptionTable): string =>
  Object.entries(table).map(describe).join('\n');
