/**
 * Interprets the messages of the outcome channel: which rows to read, and whether earlier messages
 * were lost. Nothing else is taken from a message. An unreadable message is an error.
 */
import { z } from 'zod';
import { partition, term } from '../../shared/contracts/ids.js';

/** The fields read from either kind of message. @see shared/contracts/outcome.ts */
const schema = z.object({ partition, term, ids: z.array(z.string()).optional() });
/**
 * Longest message that is parsed, in characters: a message names the payments of one commit, at
 * most a thousand ids of about 40 characters.
 */
const CHARACTERS_MAX = 200_000;

export interface OutcomeHint {
  /** Payments that are final according to the message. */
  ids: string[];
  /** Earlier messages may be missing. */
  isGap: boolean;
}

export class OutcomeEvents {
  /** The highest known term, by partition. */
  private readonly terms = new Map<number, number>();

  /** @throws Error when the message does not belong to the channel. */
  read(message: string): OutcomeHint {
    if (message.length > CHARACTERS_MAX)
      throw new Error('too long for a message of the outcome channel');
    const event = schema.parse(JSON.parse(message));
    const isNew = this.isNewTerm(event.partition, event.term);
    return { ids: event.ids ?? [], isGap: isNew || event.ids === undefined };
  }

  /**
   * A leader announces its term first. A higher term in any other message means that the
   * announcement was lost.
   */
  private isNewTerm(where: number, which: number): boolean {
    if (which <= (this.terms.get(where) ?? 0)) return false;
    this.terms.set(where, which);
    return true;
  }
}
