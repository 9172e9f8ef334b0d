/**
 * Selects the log lines that `npm start` prints: the published lines (`I AM ALIVE from server 1`),
 * each only when it changes, and warnings and errors. Several monitors may disagree briefly, so a
 * published line is shown when a majority of the monitors logs it.
 */

import { getMessage, parseLogLine } from '../../shared/logs/log-line.js';

const LOUD = new Set(['warn', 'error', 'fatal']);
const REPLICA_LINE = /^I AM (?:ALIVE|OFF) from (.+)$/;
const OFF_LINE = /^I AM OFF from /;
const LEADER_LINE = /^The leader is (.+)$/;

export class ConsoleLines {
  /** The last line of each monitor, by subject. */
  readonly #said = new Map<string, Map<string, string>>();
  /** The last line shown, by subject. */
  readonly #shown = new Map<string, string>();
  #shownTerm = -1;

  /** @param monitors number of monitors. */
  constructor(private readonly monitors: number) {}

  /** The text to show for one line of a process log; null: show nothing. */
  take(name: string, line: string): string | null {
    const entry = parseLogLine(line);
    if (entry === null) return null;
    const message = typeof entry.msg === 'string' ? entry.msg : '';
    const subject = REPLICA_LINE.exec(message)?.[1];
    if (subject !== undefined) return this.#agreed(name, subject, message);
    if (LEADER_LINE.test(message)) return this.#leader(entry.term, message);
    if (!LOUD.has(String(entry.level))) return null;
    return `${name} ${String(entry.level)}: ${getMessage(entry)}`;
  }

  /**
   * The state when every process is up. Drops replicas shown as off, because they had not started
   * yet; the next ping shows a replica that is still off.
   */
  present(): string[] {
    for (const [subject, message] of this.#shown)
      if (OFF_LINE.test(message)) this.#shown.delete(subject);
    return [...this.#shown.values()].sort();
  }

  #agreed(monitor: string, subject: string, message: string): string | null {
    const words = this.#said.get(subject) ?? new Map<string, string>();
    this.#said.set(subject, words.set(monitor, message));
    const saying = [...words.values()].filter((word) => word === message).length;
    if (this.#shown.get(subject) === message || saying < Math.floor(this.monitors / 2) + 1)
      return null;
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
