/**
 * Which saved answers stand at which request. Each answer of an operation is saved once: what it answers when all is well at its first
 * request, a refusal at the request that provokes it. Refusals that nobody can provoke are alike everywhere, and saved once in the
 * collection. The first request of an operation says where its refusals are shown.
 */
import type { PostmanCase } from './case.js';
import type { Operation, ShownAnswer } from './operations.js';

export interface ShownHere {
  /** Whether no earlier row tries this operation. */
  isFirst: boolean;
  here: readonly ShownAnswer[];
  /** Of the first: the operation's refusals that are saved elsewhere, and the name of the request that shows each. */
  elsewhere: readonly { answer: ShownAnswer; request: string }[];
}

interface Refusal {
  code?: string;
  errors?: { path: string }[];
}

/** `body` of `body.amountMinor`. */
const placeOf = (path: string | undefined): string | undefined => path?.split('.')[0];

/** Whether a row gets this answer: its status, and of a refusal its code and where the refused field is. */
export function gets({ status, code, field }: PostmanCase, answer: ShownAnswer): boolean {
  if (!status.includes(answer.status)) return false;
  const refusal = answer.body as Refusal;
  if (code && refusal.code !== code) return false;
  return !field || placeOf(refusal.errors?.[0]?.path) === placeOf(field);
}

/** Where a refusal that no request gets was saved before: the name of the request by the text of the answer. */
export type Unprovoked = Map<string, string>;

/**
 * @param rows all rows of the operation, in the order they run.
 * @param unprovoked those that are saved here are added.
 */
export function shownAt(row: PostmanCase, rows: readonly PostmanCase[], { answers }: Operation, unprovoked: Unprovoked): ShownHere {
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
