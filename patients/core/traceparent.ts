/** The W3C trace context that may come with a request and travels on with its parcel. @see https://www.w3.org/TR/trace-context/ */

/** The header when it is a valid version 00 `traceparent`; undefined when it is not there or malformed. */
export function validTraceparent(header: string | undefined): string | undefined {
  return header !== undefined && /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/.test(header) ? header : undefined;
}
