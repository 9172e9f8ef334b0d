/**
 * Adds colours on a terminal that supports them, never with NO_COLOR. A colour never is the only
 * mark of a state.
 * @see https://no-color.org
 */

type Colour = 'red' | 'green' | 'yellow' | 'bold' | 'dim';
export type Paint = (colour: Colour, text: string) => string;

const CODES: Readonly<Record<Colour, readonly [number, number]>> = {
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  bold: [1, 22],
  dim: [2, 22],
};

export const paintNothing: Paint = (_colour, text) => text;

const paintColour: Paint = (colour, text) =>
  `\x1b[${CODES[colour][0]}m${text}\x1b[${CODES[colour][1]}m`;

/** @param isTerminal whether the text goes to a terminal. */
export function choosePaint(
  env: Readonly<Record<string, string | undefined>>,
  isTerminal: boolean,
): Paint {
  const refused = (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb';
  return isTerminal && !refused ? paintColour : paintNothing;
}

const COLOURS = /\x1b\[[0-9;]*m/g;

/** The text without its colours. */
export const stripColours = (text: string): string => text.replace(COLOURS, '');
