/**
 * Opaque list cursors: the start of the next page. Base64url, so that clients do not rely on the
 * contents.
 */

export const encodeCursor = (mark: number | string): string =>
  Buffer.from(String(mark)).toString('base64url');

/** The contents of a cursor; null when this service cannot have made the cursor. */
function decode(cursor: string): string | null {
  const mark = Buffer.from(cursor, 'base64url').toString();
  return encodeCursor(mark) === cursor ? mark : null;
}

/** A `seq` (1 to 2^53 - 1); null when this service cannot have made the cursor. */
export function decodeSeqCursor(cursor: string): number | null {
  const mark = decode(cursor);
  const seq = mark !== null && /^[1-9]\d{0,15}$/.test(mark) ? Number(mark) : NaN;
  return Number.isSafeInteger(seq) ? seq : null;
}

/** A UUID; null when this service cannot have made the cursor. */
export function decodeIdCursor(cursor: string): string | null {
  const mark = decode(cursor);
  return mark !== null && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(mark) ? mark : null;
}
