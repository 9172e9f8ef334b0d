/** The Redis of the test run. Several test files share it, so each uses its own prefix. */
import { randomBytes } from 'node:crypto';

/** @throws Error outside of `npm test`. */
export function testRedisUrl(): string {
  const url = process.env['TEST_REDIS_URL'];
  if (!url)
    throw new Error('TEST_REDIS_URL is not set: run the tests with `npm test`, which starts Redis');
  return url;
}

/** A unique QUEUE_PREFIX. */
export const uniquePrefix = (): string => `test-${randomBytes(6).toString('hex')}`;
