/**
 * What of the services' logs is worth a line on the console: the published lines (`I AM ALIVE from server 1`), each only when it
 * changes, and warnings and errors. Several monitors watch and may differ for a moment: a line is shown when most of them say it.
 */

import { messageOf, parseLogLine } from './log-line.js';

const LOUD = new Set(['warn', 'error', 'fatal']);
const REPLICA_LINE = /^I AM (?:ALIVE|OFF) from (.+)$/;
const OFF_LINE = /^I AM OFF from /;
const LEADER_LINE = /^The leader is (.+)$/;

export class ConsoleLines {
  /** What each monitor said last, by subject. */
  readonly #said = new Map<string, Map<string, string>>();
  /** What was shown last, by subject. */
  readonly #shown = new Map<string, string>();
  #shownTerm = -1;

  /** @param monitors how many there are. */
  constructor(private readonly monitors: number) {}

  /** The line to show for one line of a process' log; null: none. */
  take(name: string, line: string): string | null {
    const entry = parseLogLine(line);
    if (entry === null) return null;
    const message = typeof entry.msg === 'string' ? entry.msg : '';
    const subject = REPLICA_LINE.exec(message)?.[1];
    if (subject !== undefined) return this.#agreed(name, subject, message);
    if (LEADER_LINE.test(message)) return this.#leader(entry.term, message);
    if (!LOUD.has(String(entry.level))) return null;
    return `${name} ${String(entry.level)}: ${messageOf(entry)}`;
  }

  /**
   * What holds now that everything is up. A replica that was off before it was up is no news: it is forgotten, and shown at the next
   * ping if it is off still.
   */
  present(): string[] {
    for (const [subject, message] of this.#shown) if (OFF_LINE.test(message)) this.#shown.delete(subject);
    return [...this.#shown.values()].sort();
  }

  #agreed(monitor: string, subject: string, message: string): string | null {
    const words = this.#said.get(subject) ?? new Map<string, string>();
    this.#said.set(subject, words.set(monitor, message));
    const saying = [...words.values()].filter((word) => word === message).length;
    if (this.#shown.get(subject) === message || saying < Math.floor(this.monitors / 2) + 1) return null;
    this.#shown.set(subject, message);
    return message;
  }

  #leader(term: unknown, message: string): string | null {
    const known = typeof term === 'number';
    if (known ? term <= this.#shownTerm : this.#shown.get('leader') === message) return null;
    if (known) this.#shownTerm = term;
    this.#shown.set('leader', message);
    return message;
  }
}
