/**
 * Stores the gateway's own ledger: every movement of money, one line each, appended before it is
 * answered. It is independent of the payments table, so a comparison of the two reveals a double
 * charge, or a charge that was not saved. A key is settled once. `ignoreKeys` breaks that rule on
 * purpose: it is the control of every test that counts charges.
 */
import {
  closeSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { Charge } from '../shared/contracts/gateway.js';
import { Problem } from '../shared/errors.js';
import { readLines } from './ledger-lines.js';

export class GatewayLedger {
  /** Number of bytes of a torn last line that were cut off at the start; 0: there was none. */
  readonly cutOffBytes: number;
  private readonly byKey = new Map<string, Charge>();
  /** The approved operations, by the key of their charge or authorization. */
  private readonly operations = new Map<string, Charge[]>();
  private readonly movements: Charge[] = [];
  private readonly file: number;
  /** Length of the complete lines, in bytes. */
  private wholeBytes: number;
  private owesLineEnd = false;
  /** Whether an incomplete line may follow the complete ones. */
  private isTorn = false;

  /**
   * @throws Error with the file and the line number when any line except the last one is
   *   unreadable.
   */
  constructor(path: string) {
    mkdirSync(dirname(path), { recursive: true });
    this.cutOffBytes = existsSync(path) ? this.readBack(path) : 0;
    this.file = openSync(path, 'a', 0o600);
    this.wholeBytes = fstatSync(this.file).size;
  }

  /** @returns how many bytes of a torn last line were cut off. */
  private readBack(path: string): number {
    const bytes = readFileSync(path);
    const { movements, wholeBytes, owesLineEnd } = readLines(bytes, path);
    for (const known of movements) this.remember(known);
    this.owesLineEnd = owesLineEnd;
    if (wholeBytes < bytes.length) truncateSync(path, wholeBytes);
    return bytes.length - wholeBytes;
  }

  find(key: string): Charge | undefined {
    return this.byKey.get(key);
  }

  /** The approved captures, voids and refunds of a charge or an authorization, oldest first. */
  findOperations(of: string): readonly Charge[] {
    return this.operations.get(of) ?? [];
  }

  /** Records the decision about a key; with `ignoreKeys` also a second time. */
  record(entry: Charge, ignoreKeys = false): Charge {
    const known = this.byKey.get(entry.key);
    if (known && !ignoreKeys) return known;
    this.append(Buffer.from(`${this.owesLineEnd ? '\n' : ''}${JSON.stringify(entry)}\n`));
    this.remember(entry);
    return entry;
  }

  /**
   * A full disk may store only part of a line, with or without an error. That part is removed
   * before the next line at the latest.
   */
  private append(line: Buffer): void {
    try {
      if (this.isTorn) ftruncateSync(this.file, this.wholeBytes);
      this.isTorn = true;
      const written = writeSync(this.file, line);
      if (written < line.length) throw new Error(`${written} of ${line.length} bytes were written`);
      this.isTorn = false;
    } catch (error) {
      this.removeTornLine();
      throw new Problem('GATEWAY_DOWN', 'The ledger cannot be written', { cause: error });
    }
    this.wholeBytes += line.length;
    this.owesLineEnd = false;
  }

  private removeTornLine(): void {
    try {
      ftruncateSync(this.file, this.wholeBytes);
      this.isTorn = false;
    } catch {
      // Retried before the next line, and at the next start.
    }
  }

  private remember(entry: Charge): void {
    this.movements.push(entry);
    this.byKey.set(entry.key, entry);
    if (entry.of === undefined || entry.status !== 'approved') return;
    const operations = this.operations.get(entry.of);
    if (operations) operations.push(entry);
    else this.operations.set(entry.of, [entry]);
  }

  /** All movements, oldest first. */
  all(): readonly Charge[] {
    return this.movements;
  }

  close(): void {
    closeSync(this.file);
  }
}
