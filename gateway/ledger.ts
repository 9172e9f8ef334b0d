/**
 * The gateway's own ledger: every movement of money, one line a movement, appended before it is answered. It knows nothing of the
 * payments table, so that a double charge, or a charge nobody saved, can be seen by comparing the two.
 * A key is settled once. `ignoreKeys` breaks that rule on purpose: the control of every test that counts charges.
 */
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { charge as chargeSchema, type Charge } from '../shared/contracts/gateway.js';

export class GatewayLedger {
  private readonly byKey = new Map<string, Charge>();
  private readonly movements: Charge[] = [];
  private readonly file: number;

  constructor(path: string) {
    mkdirSync(dirname(path), { recursive: true });
    if (existsSync(path)) this.readBack(path);
    this.file = openSync(path, 'a');
  }

  /** A last line cut by a crash was never answered: it does not count, and is cut off, so that the next line starts afresh. */
  private readBack(path: string): void {
    const text = readFileSync(path, 'utf8');
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    if (whole.length < text.length) truncateSync(path, Buffer.byteLength(whole));
    for (const line of whole.split('\n').filter(Boolean)) {
      const known = chargeSchema.parse(JSON.parse(line));
      this.movements.push(known);
      this.byKey.set(known.key, known);
    }
  }

  find(key: string): Charge | undefined {
    return this.byKey.get(key);
  }

  /** Records what was decided about a key. With `ignoreKeys` a second time too. */
  record(entry: Charge, ignoreKeys = false): Charge {
    const known = this.byKey.get(entry.key);
    if (known && !ignoreKeys) return known;
    writeSync(this.file, `${JSON.stringify(entry)}\n`);
    this.movements.push(entry);
    this.byKey.set(entry.key, entry);
    return entry;
  }

  /** All movements, oldest first. */
  all(): readonly Charge[] {
    return this.movements;
  }

  close(): void {
    closeSync(this.file);
  }
}
