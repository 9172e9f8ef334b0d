/** The W3C trace context that may come with a request and travels on with its parcel. @see https://www.w3.org/TR/trace-context/ */

/** The context when it is a valid version 00 `traceparent`; undefined when it is not there or malformed. */
export function validTraceparent(header: string | undefined): string | undefined {
  return header !== undefined && /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/.test(header) ? header : undefined;
}

/** Of so many requests at the most the trace context travels on with a parcel, a statement or a call that serves them together. */
export const TRACES_MAX = 16;

/** The different ones of these contexts, in their order, at most `TRACES_MAX`. */
export function differentTraces(contexts: Iterable<string | undefined>): string[] {
  const different = new Set<string>();
  for (const context of contexts) if (context !== undefined && different.size < TRACES_MAX) different.add(context);
  return [...different];
}
