/** Bodies are read up to a size limit. */
import { expect, test } from '@jest/globals';
import { readBoundedText } from '../../../shared/http/bounded-body.js';

test('reads a whole body, including characters split between two chunks', async () => {
  const bytes = Buffer.from('größer als nichts');
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
      controller.close();
    },
  });
  expect(await readBoundedText(new Response(body), bytes.length)).toBe('größer als nichts');
  expect(await readBoundedText(new Response(null), 0)).toBe('');
});

test('abandons an endless body at the size limit and notifies its sender', async () => {
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
  await expect(readBoundedText(new Response(body), 10_000)).rejects.toThrow(
    'answers with more than 10000 bytes',
  );
  expect([cancelled, sent < 20_000]).toEqual([true, true]);
});
