/** Bodies are read up to a largest size. */
import { expect, test } from '@jest/globals';
import { boundedText } from '../../../shared/bounded-body.js';

test('a body is read whole, characters that are cut between two pieces too', async () => {
  const bytes = Buffer.from('größer als nichts');
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
      controller.close();
    },
  });
  expect(await boundedText(new Response(body), bytes.length)).toBe('größer als nichts');
  expect(await boundedText(new Response(null), 0)).toBe('');
});

test('a body without an end is given up at the largest size, and its sender told', async () => {
  let cancelled = false;
  let sent = 0;
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      sent += 1_000;
      controller.enqueue(new Uint8Array(1_000));
    },
    cancel: () => {
      cancelled = true;
    },
  });
  await expect(boundedText(new Response(body), 10_000)).rejects.toThrow('answers with more than 10000 bytes');
  expect([cancelled, sent < 20_000]).toEqual([true, true]);
});
