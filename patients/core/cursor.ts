/** Opaque marks in a list: where the next page begins. Base64url, so that nobody counts on what is inside. */

export const encodeCursor = (mark: number | string): string => Buffer.from(String(mark)).toString('base64url');

/** What is inside; null when it cannot be one of ours. */
function decode(cursor: string): string | null {
  const mark = Buffer.from(cursor, 'base64url').toString();
  return encodeCursor(mark) === cursor ? mark : null;
}

/** A `seq` (1 to 2^53 - 1); null when the cursor is not one of ours. */
export function decodeSeqCursor(cursor: string): number | null {
  const mark = decode(cursor);
  const seq = mark !== null && /^[1-9]\d{0,15}$/.test(mark) ? Number(mark) : NaN;
  return Number.isSafeInteger(seq) ? seq : null;
}

/** A uuid; null when the cursor is not one of ours. */
export function decodeIdCursor(cursor: string): string | null {
  const mark = decode(cursor);
  return mark !== null && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(mark) ? mark : null;
}
