/** The event stream of the rounds: the messages of a reader, and the largest number of readers. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { testRedisUrl } from '../../support/redis.js';
import { startTestApi, type Api } from './support.js';

/** Reads the stream until it holds all of these texts. */
async function readUntil(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  ...texts: readonly string[]
): Promise<string> {
  const decoder = new TextDecoder();
  let read = '';
  while (!texts.every((text) => read.includes(text))) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`the stream ended after ${read}`);
    read += decoder.decode(value, { stream: true });
  }
  return read;
}

describe('the stream of rounds', () => {
  let api: Api;
  beforeAll(async () => {
    api = await startTestApi({ REDIS_URL: testRedisUrl() });
  });
  afterAll(() => api.stop());

  test('begins with the last rounds, then has each new round', async () => {
    await api.send({ dato: 1.5, round: 1, epoch: 1 });
    const { body } = await fetch(`${api.url}/events`);
    const reader = (body as ReadableStream<Uint8Array>).getReader();
    const first = await readUntil(reader, 'event: rounds', '"mean":1.5', '\n\n');
    expect(first).toContain('retry: 1000');
    await api.send({ dato: 2.5, round: 2, epoch: 1 });
    await api.send({ dato: 9.5, round: 2, epoch: 1 });
    await api.send({ dato: 3.5, round: 3, epoch: 1 });
    const later = await readUntil(reader, '"mean":2.5', '"mean":3.5');
    expect(later).not.toContain('9.5');
    expect(later.match(/event: round\n/g)).toHaveLength(2);
    await reader.cancel();
  });

  test('one network has at most 50 readers, and a place becomes free when one leaves', async () => {
    const gone = new AbortController();
    const opened = await Promise.all(
      Array.from({ length: 50 }, () => fetch(`${api.url}/events`, { signal: gone.signal })),
    );
    expect(opened.map(({ status }) => status)).toEqual(Array(50).fill(200));
    expect((await api.get('/events')).body['code']).toBe('TOO_BUSY');
    gone.abort();
    for (let status = 0; status !== 200;) {
      const next = await fetch(`${api.url}/events`);
      status = next.status;
      await next.body?.cancel();
    }
  });
});
