/** A terminal that records its output and answers questions from a list. */
import { paintNothing } from '../../cli/output/paint.js';
import type { Terminal } from '../../cli/output/terminal.js';

export interface FakeTerminal extends Terminal {
  outputs: string[];
  errors: string[];
  raws: string[];
  questions: string[];
}

export function fakeTerminal(
  options: Partial<Pick<Terminal, 'isTerminal' | 'canAsk'>> = {},
  answers: string[] = [],
): FakeTerminal {
  const [outputs, errors, raws, questions]: string[][] = [[], [], [], []];
  return {
    outputs: outputs as string[],
    errors: errors as string[],
    raws: raws as string[],
    questions: questions as string[],
    out: (text) => void outputs?.push(text),
    err: (text) => void errors?.push(text),
    raw: (text) => void raws?.push(text),
    progress: () => undefined,
    isTerminal: false,
    canAsk: false,
    size: () => ({ columns: 80, rows: 24 }),
    paint: paintNothing,
    ask: async (question) => {
      questions?.push(question);
      return answers.shift() ?? '';
    },
    ...options,
  };
}
