/** The runner of a rolling restart: order, the first failure, stops and the record. */
import { describe, expect, test } from '@jest/globals';
import type { RestartRecord, RestartStep } from '../../../../shared/contracts/rolling-restart.js';
import { runRestart, toWaiting, type RunnerOptions } from '../../../../local/rolling/runner.js';

const makeStep = (name: string, deadlineMs = 60_000): RestartStep => ({
  name,
  kind: 'replica',
  does: 'restart',
  expectedMs: 1,
  deadlineMs,
});

const makeRecord = (...steps: RestartStep[]): RestartRecord => ({
  id: 'r',
  actor: 'operator',
  reason: 'test',
  state: 'running',
  startedAt: '2026-01-01T00:00:00.000Z',
  endedAt: null,
  steps: steps.map(toWaiting),
});

async function run(
  record: RestartRecord,
  changes: Partial<RunnerOptions> = {},
): Promise<{ performed: string[]; states: string[] }> {
  const performed: string[] = [];
  await runRestart(record, {
    isStopped: () => false,
    ending: new AbortController().signal,
    now: () => new Date('2026-01-01T00:00:01Z'),
    onStep: () => undefined,
    beforeEnd: () => Promise.resolve(),
    ...changes,
    perform: async (step, signal) => {
      performed.push(step.name);
      await changes.perform?.(step, signal);
    },
  });
  return { performed, states: record.steps.map(({ state }) => state) };
}

describe('the runner of a rolling restart', () => {
  const steps = [makeStep('a'), makeStep('b'), makeStep('c')];

  test('shows the end only when the work before it is done, such as the audit row', async () => {
    const record = makeRecord(...steps);
    const shown: unknown[] = [];
    await run(record, {
      beforeEnd: async (end) => {
        await Promise.resolve();
        shown.push(end, record.state, record.endedAt);
      },
    });
    expect([...shown, record.state]).toEqual(['done', 'running', null, 'done']);
  });

  test('performs one step after another', async () => {
    const record = makeRecord(...steps);
    let busy = 0;
    const { performed, states } = await run(record, {
      perform: async () => {
        busy += 1;
        expect(busy).toBe(1);
        await Promise.resolve();
        busy -= 1;
      },
    });
    expect([performed, states]).toEqual([
      ['a', 'b', 'c'],
      ['done', 'done', 'done'],
    ]);
    expect(record).toMatchObject({ state: 'done', endedAt: '2026-01-01T00:00:01.000Z' });
  });

  test('a step that fails stops the rest; control: the same step without the failure does not', async () => {
    const record = makeRecord(...steps);
    const failing = await run(record, {
      perform: ({ name }) =>
        name === 'b' ? Promise.reject(new Error('port 5001 is taken')) : Promise.resolve(),
    });
    expect(failing.performed).toEqual(['a', 'b']);
    expect(failing.states).toEqual(['done', 'failed', 'skipped']);
    expect(record.state).toBe('failed');
    expect(record.steps[1]?.problem).toBe('port 5001 is taken');
    expect((await run(makeRecord(...steps))).performed).toEqual(['a', 'b', 'c']);
  });

  test('a step fails at its deadline', async () => {
    const record = makeRecord(makeStep('a', 20), makeStep('b'));
    const { performed } = await run(record, {
      perform: (_step, signal) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
        ),
    });
    expect(performed).toEqual(['a']);
    expect(record.steps[0]?.problem).toBe('it did not recover within 0.02 s');
  });

  test('a stop takes effect after the current step', async () => {
    const record = makeRecord(...steps);
    let stopped = false;
    const { states } = await run(record, {
      isStopped: () => stopped,
      perform: () => Promise.resolve(void (stopped = true)),
    });
    expect([record.state, states]).toEqual(['stopped', ['done', 'skipped', 'skipped']]);
  });

  test('the end of the system interrupts the current step', async () => {
    const record = makeRecord(...steps);
    const ending = new AbortController();
    const { states } = await run(record, {
      ending: ending.signal,
      perform: (_step, signal) => {
        ending.abort();
        return signal.aborted ? Promise.reject(signal.reason as Error) : Promise.resolve();
      },
    });
    expect([states[0], record.steps[0]?.problem]).toEqual(['failed', 'the system stops']);
  });
});
