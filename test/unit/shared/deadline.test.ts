/** One deadline for a whole call. */
import { describe, expect, test } from '@jest/globals';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DeadlineExceeded, withDeadline } from '../../../shared/deadline.js';
import { blockEventLoop } from '../../../shared/fault-switches.js';

/** Ends only when its signal fires. */
const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) =>
    signal.addEventListener('abort', () => reject(new Error('aborted'))),
  );

describe('withDeadline', () => {
  test('returns the result of a call that finishes in time', async () =>
    expect(await withDeadline(60_000, null, async () => 1)).toBe(1));

  test('passes on the error of a failed call', () =>
    expect(withDeadline(60_000, null, () => Promise.reject(new Error('refused')))).rejects.toThrow(
      'refused',
    ));

  test('aborts a call that does not end, with an error that says so', async () => {
    const call = withDeadline(10, null, untilAborted);
    await expect(call).rejects.toThrow(DeadlineExceeded);
    await expect(call).rejects.toMatchObject({
      code: 'ETIMEDOUT',
      message: 'no answer within 10 ms',
    });
  });

  test('lets the caller abort before and during the call; that is not a missed deadline', async () => {
    const outer = new AbortController();
    const call = withDeadline(60_000, outer.signal, untilAborted);
    outer.abort();
    await expect(call).rejects.toThrow('aborted');
    await expect(withDeadline(60_000, outer.signal, async () => 1)).rejects.toThrow();
  });

  test('accepts an answer that arrived while this process was blocked', async () => {
    const server = createServer((_request, response) => {
      response.end('here');
      // The answer is in transit; the process reads it only after the deadline.
      setImmediate(() => blockEventLoop(1_500));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    try {
      const text = withDeadline(1_200, null, (signal) =>
        fetch(`http://127.0.0.1:${port}`, { signal }).then((response) => response.text()),
      );
      expect(await text).toBe('here');
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });
});
