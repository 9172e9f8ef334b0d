/**
 * Reads the bytes of a ledger: one movement per line. The last line may be torn, because the
 * process ended or the disk was full during the write. Such a charge was never answered. An
 * unreadable line before the last one has another cause, and no movement of money may be guessed.
 */
import { charge as chargeSchema, type Charge } from '../shared/contracts/gateway.js';

export interface LedgerLines {
  /** Oldest first. */
  movements: Charge[];
  /** Length of the complete movements, in bytes; the rest is a torn last line. */
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

/**
 * @throws Error with the file and the line number, without the text, when a line with a line end is
 *   unreadable.
 */
export function readLines(bytes: Buffer, path: string): LedgerLines {
  const endedBytes = bytes.lastIndexOf(LINE_END) + 1;
  const movements: Charge[] = [];
  bytes
    .toString('utf8', 0, endedBytes)
    .split('\n')
    .forEach((line, index) => {
      if (line === '') return;
      const movement = readMovement(line);
      if (!movement) {
        throw new Error(
          `Line ${index + 1} of the ledger ${path} cannot be read, and it is not a torn last line: restore the file from a copy, or repair that line by hand.`,
        );
      }
      movements.push(movement);
    });
  const last = readMovement(bytes.toString('utf8', endedBytes));
  if (!last) return { movements, wholeBytes: endedBytes, owesLineEnd: false };
  return { movements: [...movements, last], wholeBytes: bytes.length, owesLineEnd: true };
}
