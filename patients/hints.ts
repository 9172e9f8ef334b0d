/**
 * What the messages of the outcome channel mean for those who wait: which rows to look at, and whether messages before this one were
 * lost. Nothing else is taken from a message; what cannot be read says nothing.
 */
import { z } from 'zod';
import { partition, term } from '../shared/contracts/ids.js';

/** What is read of either message. @see shared/contracts/outcome.ts */
const schema = z.object({ partition, term, ids: z.array(z.string()).optional() });
/** A message names the payments of one commit, a thousand at the most, some 40 characters each. A longer one is not even parsed. */
const CHARACTERS_MAX = 200_000;

export interface Hint {
  /** Payments that are final, by the message's word. */
  ids: string[];
  /** Earlier messages may be missing. */
  isGap: boolean;
}

export class Hints {
  /** The highest term heard of, by partition. */
  private readonly terms = new Map<number, number>();

  /** @throws Error when it is none of the channel's messages. */
  read(message: string): Hint {
    if (message.length > CHARACTERS_MAX) throw new Error('too long for a message of the outcome channel');
    const heard = schema.parse(JSON.parse(message));
    const isNew = this.isNewTerm(heard.partition, heard.term);
    return { ids: heard.ids ?? [], isGap: isNew || heard.ids === undefined };
  }

  /** Its leader said so when it began; when that is the first one hears of it, that message was lost. */
  private isNewTerm(where: number, which: number): boolean {
    if (which <= (this.terms.get(where) ?? 0)) return false;
    this.terms.set(where, which);
    return true;
  }
}
