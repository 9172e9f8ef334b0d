/**
 * Assigns the saved responses to requests. Each response of an operation is saved once: a success
 * at the operation's first request, a refusal at the request that provokes it. Refusals that no
 * request provokes are the same everywhere and are saved once in the collection. The first request
 * of an operation names the requests that show its refusals.
 */
import type { PostmanCase } from './case.js';
import type { Operation, ShownAnswer } from './operations.js';

export interface ShownHere {
  /** Whether this is the first row of the operation. */
  isFirst: boolean;
  here: readonly ShownAnswer[];
  /**
   * For the first row: the operation's refusals saved elsewhere, and the name of the request that
   * shows each.
   */
  elsewhere: readonly { answer: ShownAnswer; request: string }[];
}

interface Refusal {
  code?: string;
  errors?: { path: string }[];
}

/** `body` of `body.amountMinor`. */
const placeOf = (path: string | undefined): string | undefined => path?.split('.')[0];

/**
 * Whether a row gets this response: same status and, for a refusal, same code and place of the
 * refused field.
 */
export function gets({ status, code, field }: PostmanCase, answer: ShownAnswer): boolean {
  if (!status.includes(answer.status)) return false;
  const refusal = answer.body as Refusal;
  if (code && refusal.code !== code) return false;
  return !field || placeOf(refusal.errors?.[0]?.path) === placeOf(field);
}

/**
 * Where an unprovoked refusal was already saved: the name of the request by the text of the
 * response.
 */
export type Unprovoked = Map<string, string>;

/**
 * @param rows all rows of the operation, in the order in which they run.
 * @param unprovoked extended with the refusals that are saved here.
 */
export function shownAt(
  row: PostmanCase,
  rows: readonly PostmanCase[],
  { answers }: Operation,
  unprovoked: Unprovoked,
): ShownHere {
  const isFirst = rows[0] === row;
  const here = answers.filter((answer) => gets(row, answer) || (isFirst && answer.status < 400));
  if (!isFirst) return { isFirst, here, elsewhere: [] };
  const elsewhere: { answer: ShownAnswer; request: string }[] = [];
  for (const answer of answers.filter((each) => !here.includes(each))) {
    const text = JSON.stringify(answer);
    const request = rows.find((each) => gets(each, answer))?.name ?? unprovoked.get(text);
    if (request !== undefined) elsewhere.push({ answer, request });
    else {
      here.push(answer);
      unprovoked.set(text, row.name);
    }
  }
  return { isFirst, here, elsewhere };
}
