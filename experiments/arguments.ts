/** Arguments of an experiment: whole numbers with ranges; every problem is one sentence and exit code 4. */
import { parseArgs } from 'node:util';

export class ArgumentError extends Error {}

export interface NumberOption {
  default: number;
  min: number;
  max: number;
  doc: string;
}

export type NumberOptions = Readonly<Record<string, NumberOption>>;
export type Numbers<T extends NumberOptions> = { readonly [K in keyof T]: number };

export interface ParsedArguments<T extends NumberOptions> {
  numbers: Numbers<T>;
  /** `--json FILE`; null: none. */
  json: string | null;
  help: boolean;
}

function readNumber(name: string, text: string, { min, max }: NumberOption): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value)) throw new ArgumentError(`--${name} must be a whole number, got "${text}"`);
  if (value < min || value > max) throw new ArgumentError(`--${name} must be between ${min} and ${max}, got ${value}`);
  return value;
}

/** @throws ArgumentError */
export function parseNumbers<const T extends NumberOptions>(table: T, args: readonly string[]): ParsedArguments<T> {
  const options = Object.fromEntries(Object.keys(table).map((name) => [name, { type: 'string' as const }]));
  let values: Record<string, string | boolean | undefined>;
  try {
    ({ values } = parseArgs({ args: [...args], options: { ...options, json: { type: 'string' }, help: { type: 'boolean' } } }));
  } catch (error) {
    throw new ArgumentError((error as Error).message.split('. ')[0]);
  }
  const numbers = Object.fromEntries(
    Object.entries(table).map(([name, option]) => {
      const text = values[name];
      return [name, typeof text === 'string' ? readNumber(name, text, option) : option.default];
    }),
  ) as Numbers<T>;
  return { numbers, json: typeof values['json'] === 'string' ? values['json'] : null, help: values['help'] === true };
}

/** The options, a line each. */
export const describeNumbers = (table: NumberOptions): string =>
  Object.entries(table)
    .map(([name, { doc, default: standard }]) => `  --${name.padEnd(12)} ${doc} (${standard})`)
    .join('\n');
