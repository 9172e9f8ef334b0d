/**
 * The memory of the lab does not grow during a soak test of hours: it judges and releases the
 * payments segment by segment.
 */
import { expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { compile } from '../../../local/processes/compile.js';
import { ROOT } from '../../../local/root.js';
import type { JudgedSegment } from '../../support/judge-segments.js';

const PAYMENTS = 400_000;
const KEPT = 24_000;
/** Memory is measured after a garbage collection and varies by less than 1 MB. */
const GROWTH_MAX_MB = 8;

async function judgeSegments(): Promise<JudgedSegment[]> {
  const program = join(ROOT, await compile('test/support/judge-segments.ts'));
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--expose-gc', program, String(PAYMENTS), String(KEPT)],
    { cwd: ROOT, env: { ...process.env, NODE_OPTIONS: '' } },
  );
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as JudgedSegment);
}

test('400,000 payments: the second half needs no more memory than the first, and every rule checks all of them', async () => {
  const segments = await judgeSegments();
  for (const segment of segments)
    expect(segment).toMatchObject({ verdict: 'valid', violations: [], findings: [] });
  expect(segments.reduce((sum, { requests }) => sum + requests, 0)).toBe(PAYMENTS);
  const heapMb = segments.map((segment) => segment.heapMb);
  const half = heapMb.length / 2;
  expect(Math.max(...heapMb.slice(half))).toBeLessThan(
    Math.max(...heapMb.slice(0, half)) + GROWTH_MAX_MB,
  );
  expect(segments.at(-1)?.kept).toBeLessThanOrEqual(KEPT);
}, 600_000);
