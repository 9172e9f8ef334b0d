/**
 * Reads a response to its end, up to a maximum size, because a server may send a body without an
 * end.
 */

/**
 * The body is longer than the client accepts. The request is not repeated, because the next
 * response would be as long.
 */
export class AnswerTooLarge extends Error {
  constructor(maxBytes: number) {
    super(`The response is longer than ${maxBytes} bytes`);
    this.name = 'AnswerTooLarge';
  }
}

/**
 * @returns the same response with its body in memory. @throws AnswerTooLarge, or the error of the
 *   read, for example a time-out.
 */
export async function boundedAnswer(response: Response, maxBytes: number): Promise<Response> {
  if (response.body === null) return response;
  let size = 0;
  const counted = response.body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        size += chunk.byteLength;
        if (size > maxBytes) throw new AnswerTooLarge(maxBytes);
        controller.enqueue(chunk);
      },
    }),
  );
  const { status, statusText, headers } = response;
  return new Response(await new Response(counted).arrayBuffer(), { status, statusText, headers });
}
