/**
 * Reads the body of a `fetch` up to a largest size, because a server may send a body of any size,
 * even one without end.
 */

/**
 * @throws Error when the body exceeds `maxBytes`; also errors of reading, such as the abort of the
 *   request's signal.
 */
export async function readBoundedText(response: Response, maxBytes: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > maxBytes)
      throw new Error(`${response.url} answers with more than ${maxBytes} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
