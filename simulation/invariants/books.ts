/**
 * Books of the money of each charge and authorization, kept from outside: the held and the received
 * amounts. Every movement must find its money: a capture and a void release a hold that exists, a
 * refund returns money that was received.
 */
import type { SimulatedRow } from '../model/records.js';
import type { CheckResult } from './breaches.js';

interface Book {
  heldMinor: number;
  receivedMinor: number;
}

type Movement = Pick<SimulatedRow, 'id' | 'kind' | 'of' | 'amountMinor'>;

export class Books {
  private readonly books = new Map<string, Book>();

  /** @param keeper for the texts. */
  constructor(private readonly keeper: string) {}

  /** Posts a movement. @returns why it has no money to move; null: it has. */
  post({ id, kind, of, amountMinor }: Movement): CheckResult {
    const root = of ?? id;
    const book = this.books.get(root) ?? { heldMinor: 0, receivedMinor: 0 };
    this.books.set(root, book);
    const wrong = move(book, kind, amountMinor);
    return wrong === null ? null : `${this.keeper} makes ${kind} ${id} of ${root}: ${wrong}`;
  }
}

function move(book: Book, kind: Movement['kind'], amountMinor: number): CheckResult {
  const { heldMinor } = book;
  switch (kind) {
    case 'authorize':
      book.heldMinor += amountMinor;
      return null;
    case 'charge':
      book.receivedMinor += amountMinor;
      return null;
    case 'void':
      book.heldMinor = 0;
      return heldMinor > 0 ? null : 'no money is held';
    case 'capture':
      book.heldMinor = 0;
      book.receivedMinor += amountMinor;
      return amountMinor <= heldMinor ? null : `${amountMinor} of ${heldMinor} held`;
    case 'refund':
      book.receivedMinor -= amountMinor;
      return book.receivedMinor >= 0 ? null : `${-book.receivedMinor} more than was received`;
  }
}
