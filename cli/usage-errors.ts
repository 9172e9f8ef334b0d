/**
 * Explains wrong commands and positional arguments in one sentence. The parser explains wrong
 * options (shared/arguments/parse.ts). Pure.
 */
import { findNearest } from '../shared/arguments/nearest.js';
import { checkChoice } from '../shared/arguments/parse.js';
import { getName, type Command } from './command.js';
import { wrongArguments, type CommandFailure } from './failure.js';

export const getHelpHint = (spec: Command | null): string =>
  `\`relevo ${spec ? `${getName(spec)} ` : ''}--help\` lists the possibilities.`;

export function refuseCommand(name: string, commands: readonly Command[]): CommandFailure {
  const meant = findNearest(name, commands.map(getName));
  return wrongArguments(
    `There is no command "${name}".${meant === null ? '' : ` Did you mean ${meant}?`}`,
    getHelpHint(null),
  );
}

/**
 * Assigns the positional arguments to their names; null: absent. @throws ArgumentError for a value
 * that is not a choice; CommandFailure WRONG_ARGUMENTS.
 */
export function assignPositionals(
  spec: Command,
  values: readonly string[],
): Record<string, string | null> {
  const table = Object.entries(spec.positionals ?? {});
  const extra = values[table.length];
  if (extra !== undefined)
    throw wrongArguments(
      `${getName(spec)} does not know what "${extra}" means.`,
      getHelpHint(spec),
    );
  const assigned = table.map(([name, { choices, required }], index) => {
    const value = values[index];
    if (value === undefined && required)
      throw wrongArguments(`An argument is missing: relevo ${spec.command}.`, getHelpHint(spec));
    return [
      name,
      value === undefined ? null : choices ? checkChoice(name, value, choices) : value,
    ] as const;
  });
  return Object.fromEntries(assigned);
}
