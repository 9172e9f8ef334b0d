/** Reads an answer to its end, up to a largest size: whatever answers at an address may send a body without an end. */

/** The body is longer than the client takes. It is not asked for again: it would be as long. */
export class AnswerTooLarge extends Error {
  constructor(maxBytes: number) {
    super(`The answer is longer than ${maxBytes} bytes`);
    this.name = 'AnswerTooLarge';
  }
}

/** @returns the same answer with a body that is here. @throws AnswerTooLarge; else what reading throws, when the time is up for example. */
export async function boundedAnswer(response: Response, maxBytes: number): Promise<Response> {
  if (response.body === null) return response;
  let size = 0;
  const counted = response.body.pipeThrough(new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      size += chunk.byteLength;
      if (size > maxBytes) throw new AnswerTooLarge(maxBytes);
      controller.enqueue(chunk);
    },
  }));
  const { status, statusText, headers } = response;
  return new Response(await new Response(counted).arrayBuffer(), { status, statusText, headers });
}
