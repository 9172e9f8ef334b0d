/** Parses the arguments of `npm start --`. */
import { parseArgs } from 'node:util';
import { StartError } from './errors.js';
import { findNearest } from '../shared/arguments/nearest.js';
import type { Shape } from './plan.js';

export interface UpOptions extends Shape {
  faults: boolean;
}

export const UP_USAGE = [
  'npm start -- [--monitors 1|3|5] [--replicas 1..9] [--patients 1..9]',
  '                    [--gateway simulated|http] [--faults on|off] [--detach]',
  '(npm passes the options after the two dashes to Relevo)',
].join('\n');

export const UP_DEFAULTS = {
  monitors: '1',
  replicas: '3',
  patients: '1',
  gateway: 'simulated',
  faults: 'off',
};

/** The permitted values of each option. */
export const UP_CHOICES = {
  monitors: ['1', '3', '5'],
  replicas: ['1', '2', '3', '4', '5', '6', '7', '8', '9'],
  patients: ['1', '2', '3', '4', '5', '6', '7', '8', '9'],
  gateway: ['simulated', 'http'],
  faults: ['on', 'off'],
} as const;

const option = { type: 'string' } as const;
const OPTIONS = {
  monitors: option,
  replicas: option,
  patients: option,
  gateway: option,
  faults: option,
} as const;

/** @throws StartError with exit code 4 and the usage. */
export const wrongArguments = (reason: string, usage: string): StartError =>
  new StartError(`${reason}\nUsage: ${usage}`, 4);

function check(name: keyof typeof UP_CHOICES, value: string): string {
  const allowed: readonly string[] = UP_CHOICES[name];
  if (allowed.includes(value)) return value;
  const listed = allowed.length > 5 ? `${allowed[0]} to ${allowed.at(-1)}` : allowed.join(', ');
  throw wrongArguments(`--${name} must be ${listed}, not "${value}".`, UP_USAGE);
}

/** @throws StartError that suggests the option that the user probably meant. */
export function refuseUnknown(
  words: readonly string[],
  known: readonly string[],
  usage: string,
): void {
  for (const word of words) {
    const name = /^--([^=]+)/.exec(word)?.[1];
    if (name === undefined || known.includes(name)) continue;
    const meant = findNearest(name, known);
    throw wrongArguments(
      `There is no option --${name}.${meant ? ` Did you mean --${meant}?` : ''}`,
      usage,
    );
  }
}

function parse(words: readonly string[]): Partial<Record<keyof typeof UP_DEFAULTS, string>> {
  refuseUnknown(words, [...Object.keys(OPTIONS), 'detach', 'help'], UP_USAGE);
  try {
    return parseArgs({ args: [...words], options: OPTIONS, strict: true }).values;
  } catch (error) {
    throw wrongArguments((error as Error).message, UP_USAGE);
  }
}

/** @throws StartError with exit code 4. */
export function parseUpOptions(words: readonly string[]): UpOptions {
  const values = { ...UP_DEFAULTS, ...parse(words) };
  return {
    monitors: Number(check('monitors', values.monitors)),
    replicas: Number(check('replicas', values.replicas)),
    patients: Number(check('patients', values.patients)),
    gateway: check('gateway', values.gateway) as Shape['gateway'],
    faults: check('faults', values.faults) === 'on',
  };
}
