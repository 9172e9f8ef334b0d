/**
 * Reads the bytes of a ledger: one movement a line. The last line may be torn, because the process ended or the disk was full while
 * the line was written; it was never answered. A line that cannot be read with others behind it has another cause, and nothing may be
 * guessed about money.
 */
import { charge as chargeSchema, type Charge } from '../shared/contracts/gateway.js';

export interface LedgerLines {
  /** Oldest first. */
  movements: Charge[];
  /** Length of all that counts; the rest is a torn last line. */
  wholeBytes: number;
  /** Whether the last movement lacks its line end: the next line must begin with one. */
  owesLineEnd: boolean;
}

const LINE_END = 10;

/** Null when the text is not a movement. */
function readMovement(text: string): Charge | null {
  try {
    return chargeSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** @throws Error naming the file and the line, without its text, when a line that ends cannot be read. */
export function readLines(bytes: Buffer, path: string): LedgerLines {
  const endedBytes = bytes.lastIndexOf(LINE_END) + 1;
  const movements: Charge[] = [];
  bytes.toString('utf8', 0, endedBytes).split('\n').forEach((line, index) => {
    if (line === '') return;
    const movement = readMovement(line);
    if (!movement) {
      throw new Error(`Line ${index + 1} of the ledger ${path} cannot be read, and it is not a torn last line: restore the file from a copy, or repair that line by hand.`);
    }
    movements.push(movement);
  });
  const last = readMovement(bytes.toString('utf8', endedBytes));
  if (!last) return { movements, wholeBytes: endedBytes, owesLineEnd: false };
  return { movements: [...movements, last], wholeBytes: bytes.length, owesLineEnd: true };
}
