/** One request and its answer; streams are cut off after their head. */
export interface Answered {
  status: number;
  headers: Headers;
  text: string;
}

/**
 * Encodes for an address. Half a surrogate pair is not allowed there and becomes the replacement
 * character, as in a browser.
 */
export const encode = (text: string): string =>
  encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\uFFFD'));

const isStream = (headers: Headers): boolean =>
  /event-stream|ndjson/.test(headers.get('Content-Type') ?? '');

export async function send(url: string, init: RequestInit = {}): Promise<Answered> {
  const controller = new AbortController();
  const response = await fetch(url, {
    redirect: 'manual',
    ...init,
    signal: AbortSignal.any([controller.signal, AbortSignal.timeout(20_000)]),
  });
  const stream = isStream(response.headers);
  const text = stream ? '' : await response.text();
  if (stream) controller.abort();
  return { status: response.status, headers: response.headers, text };
}
