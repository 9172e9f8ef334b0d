/**
 * Parses the arguments of every program. Each problem is one sentence, which suggests the option
 * that the user probably meant; programs end with exit code 4. Of a repeated option the last value
 * counts. Arguments after `--` are positional.
 */
import { parseArgs } from 'node:util';
import { findNearest } from './nearest.js';
import { listChoices, type Option, type Options, type OptionTable } from './options.js';

/** The exit code of a program for an ArgumentError. */
export const EXIT_ARGUMENTS = 4 as const;

/** A wrong argument, explained in one sentence. */
export class ArgumentError extends Error {}

export interface ParsedArguments<T extends OptionTable> {
  options: Options<T>;
  positionals: readonly string[];
}

type Raw = string | boolean;
interface OptionToken {
  name: string;
  rawName: string;
  value: string | undefined;
  inlineValue: boolean | undefined;
}

/** The words as tokens; an option that is not in the table becomes a token too. */
function readTokens(table: OptionTable, words: readonly string[]) {
  const options = Object.entries(table).map(
    ([name, option]) =>
      [
        name,
        {
          type: 'flag' in option ? 'boolean' : 'string',
          ...(option.alias === undefined ? {} : { short: option.alias }),
        },
      ] as const,
  );
  return parseArgs({
    args: [...words],
    options: Object.fromEntries(options),
    strict: false,
    tokens: true,
  }).tokens;
}

/** The positional arguments with their places among the words; unknown options are skipped. */
export const findPositionals = (
  table: OptionTable,
  words: readonly string[],
): { value: string; index: number }[] =>
  readTokens(table, words).flatMap((token) =>
    token.kind === 'positional' ? [{ value: token.value, index: token.index }] : [],
  );

function refuseUnknown(table: OptionTable, { name, rawName }: OptionToken): never {
  const known = Object.keys(table).filter((each) => table[each]?.hidden !== true);
  const meant = rawName.startsWith('--') ? findNearest(name, known) : null;
  throw new ArgumentError(
    `There is no option ${rawName}.${meant === null ? '' : ` Did you mean --${meant}?`}`,
  );
}

/** A word that begins with a dash is the next option, except for a negative number. */
function readRaw(option: Option, { name, value, inlineValue }: OptionToken): Raw {
  if ('flag' in option) {
    if (value === undefined || value === 'true') return true;
    if (value === 'false') return false;
    throw new ArgumentError(`--${name} needs no value.`);
  }
  if (value === undefined || (!inlineValue && /^-\D/.test(value)))
    throw new ArgumentError(`--${name} needs a value.`);
  return value;
}

function toNumber(name: string, text: string, min: number, max: number): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new ArgumentError(`--${name} must be a whole number from ${min} to ${max}.`);
}

/** @param label the option with its dashes, or the name of a positional argument. */
export function checkChoice(label: string, text: string, choices: readonly string[]): string {
  if (choices.includes(text)) return text;
  throw new ArgumentError(`${label} must be ${listChoices(choices)}, not "${text}".`);
}

function toValue(name: string, option: Option, raw: Raw | undefined): Raw | number | null {
  if ('flag' in option) return raw === true;
  if ('min' in option)
    return raw === undefined ? option.default : toNumber(name, String(raw), option.min, option.max);
  if (raw === undefined && option.required) throw new ArgumentError(`--${name} is missing.`);
  if (raw === undefined) return option.default ?? null;
  const text = option.normalize?.(String(raw)) ?? String(raw);
  return option.choices ? checkChoice(`--${name}`, text, option.choices) : text;
}

/** @throws ArgumentError */
export function parseArguments<const T extends OptionTable>(
  table: T,
  words: readonly string[],
): ParsedArguments<T> {
  const raw = new Map<string, Raw>();
  const positionals: string[] = [];
  for (const token of readTokens(table, words)) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const option = Object.hasOwn(table, token.name) ? table[token.name] : undefined;
    raw.set(token.name, readRaw(option ?? refuseUnknown(table, token), token));
  }
  const values = Object.entries(table).map(
    ([name, option]) => [name, toValue(name, option, raw.get(name))] as const,
  );
  return { options: Object.fromEntries(values) as Options<T>, positionals };
}

/** Parses a command line without positional arguments. @throws ArgumentError */
export function parseOptions<const T extends OptionTable>(
  table: T,
  words: readonly string[],
): Options<T> {
  const { options, positionals } = parseArguments(table, words);
  if (positionals.length === 0) return options;
  throw new ArgumentError(`The argument "${positionals[0]}" is not expected.`);
}

/** Whether the words before `--` ask for the help. */
export function asksForHelp(words: readonly string[]): boolean {
  const end = words.indexOf('--');
  return (end < 0 ? words : words.slice(0, end)).some((word) => word === '--help' || word === '-h');
}
