/**
 * The W3C trace context of a request, which its parcel carries on. @see
 * https://www.w3.org/TR/trace-context/
 */

/** The context when it is a valid version 00 `traceparent`; undefined when absent or malformed. */
export function validTraceparent(header: string | undefined): string | undefined {
  return header !== undefined &&
    /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/.test(header)
    ? header
    : undefined;
}

/**
 * Most trace contexts that a parcel, a statement or a call carries when it serves several requests.
 */
export const TRACES_MAX = 16;

/** The distinct contexts in their order, at most `TRACES_MAX`. */
export function differentTraces(contexts: Iterable<string | undefined>): string[] {
  const different = new Set<string>();
  for (const context of contexts)
    if (context !== undefined && different.size < TRACES_MAX) different.add(context);
  return [...different];
}
