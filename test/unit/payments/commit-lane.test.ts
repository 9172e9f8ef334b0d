/** The commit lane: order, sharing, and what a refusal means for those behind it. The database is a script here. */
import { describe, expect, test } from '@jest/globals';
import { CommitLane } from '../../../payments/commit-lane.js';
import { LeadershipLost } from '../../../payments/errors.js';
import type { FinalOutcome } from '../../../payments/core/parcel.js';
import { createLogger } from '../../../shared/logger.js';
import type { Pool } from '../../../shared/postgres.js';

const outcome = (id: string): FinalOutcome => ({ id, status: 'SUCCEEDED', attempts: 1, reason: null, gatewayReference: 'r' });

/** Answers each statement when told to. */
function scriptedLane(signal = new AbortController().signal) {
  const statements: { ids: string[]; answer: (held: boolean) => void }[] = [];
  const query = ({ values }: { values: unknown[] }) =>
    new Promise((resolve) => {
      const ids = values[3] as string[];
      statements.push({ ids, answer: (held) => resolve({ rows: [{ held, ids: held ? ids : [], at: new Date(0) }] }) });
    });
  const committed: string[] = [];
  const lane = new CommitLane({
    token: { partition: 0, term: 1, leader: 'server_1' },
    pool: { query } as unknown as Pool,
    signal,
    logger: createLogger('test', 'test', 'silent'),
    onCommit: ({ ids }) => committed.push(...ids),
    onWait: () => undefined,
  });
  return { lane, statements, committed };
}
const settle = () => new Promise(setImmediate);

describe('commit lane', () => {
  test('a lone settlement is written at once; those that come meanwhile share the next statement, in order', async () => {
    const { lane, statements, committed } = scriptedLane();
    const written = ['a', 'b', 'c'].map((id) => lane.write([outcome(id)], []));
    expect(statements.map(({ ids }) => ids)).toEqual([['a']]);
    statements[0]?.answer(true);
    await written[0];
    await settle();
    expect(statements.map(({ ids }) => ids)).toEqual([['a'], ['b', 'c']]);
    statements[1]?.answer(true);
    await Promise.all(written);
    expect(committed).toEqual(['a', 'b', 'c']);
  });

  test('a refused statement refuses everything behind it too, unwritten', async () => {
    const { lane, statements } = scriptedLane();
    const written = ['a', 'b'].map((id) => lane.write([outcome(id)], []).catch((error: unknown) => error));
    statements[0]?.answer(false);
    expect(await Promise.all(written)).toEqual([expect.any(LeadershipLost), expect.any(LeadershipLost)]);
    expect(statements).toHaveLength(1);
  });

  test('when the term was called off nothing more is written', async () => {
    const abort = new AbortController();
    const { lane, statements } = scriptedLane(abort.signal);
    const first = lane.write([outcome('a')], []);
    const second = lane.write([outcome('b')], []).catch((error: Error) => error.name);
    abort.abort();
    statements[0]?.answer(true);
    await first;
    expect(await second).toBe('AbortError');
    expect(statements).toHaveLength(1);
  });
});
