/**
 * Lets parcels work side by side and pass one by one, in the order in which they took their ticket.
 * A ticket that is thrown away (its work was called off) lets the next one pass.
 */
export interface Ticket {
  /** Resolves when every earlier ticket has left. */
  readonly turn: Promise<void>;
  /** Lets the next one pass. Must be called; a second call means nothing. */
  leave(): void;
}

export class Turnstile {
  private last: Promise<void> = Promise.resolve();

  enter(): Ticket {
    const turn = this.last;
    let leave: () => void = () => undefined;
    const left = new Promise<void>((resolve) => (leave = resolve));
    this.last = turn.then(() => left);
    return { turn, leave };
  }
}
