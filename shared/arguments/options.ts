/**
 * Declares the options of a program. One table serves the parser (parse.ts), the help (help.ts) and
 * the completion of a shell.
 */

interface Common {
  /** One line for the help. */
  doc: string;
  /** A single letter: `y` for `-y`. */
  alias?: string;
  /** Left out of the help. */
  hidden?: true;
}

/** A whole number. */
interface NumberOption extends Common {
  default: number;
  min: number;
  max: number;
}

/** A text; null when the option is absent and has no default. */
interface TextOption extends Common {
  text: true;
  /** Placeholder in the usage: `RUN`. */
  value?: string;
  choices?: readonly string[];
  default?: string;
  required?: true;
  /** Applied before the choices are checked. */
  normalize?: (text: string) => string;
}

/** True when the option is present. */
interface FlagOption extends Common {
  flag: true;
}

export type Option = NumberOption | TextOption | FlagOption;
export type OptionTable = Readonly<Record<string, Option>>;

type Value<T extends Option> = T extends NumberOption
  ? number
  : T extends TextOption
    ? T extends { required: true } | { default: string }
      ? string
      : string | null
    : boolean;
export type Options<T extends OptionTable> = { readonly [K in keyof T]: Value<T[K]> };

/** `1, 3, 5`, and `1 to 9` for many consecutive numbers. */
export function listChoices(choices: readonly string[]): string {
  const isRange =
    choices.length > 5 &&
    choices.every((choice, index) => Number(choice) === Number(choices[0]) + index);
  return isRange ? `${choices[0]} to ${choices.at(-1)}` : choices.join(', ');
}
