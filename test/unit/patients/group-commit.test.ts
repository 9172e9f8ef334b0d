/** Group commit with an insert that finishes on command. */
import { Problem } from '../../../shared/errors.js';
import { systemClock } from '../../../shared/clock.js';
import { GroupCommit, SILENT_MS } from '../../../patients/accept/group-commit.js';
import { eventually } from '../../support/eventually.js';

interface Call {
  rows: readonly string[];
  giveUpAtMs: number;
  finish(): void;
  /** The rows share a result that settles later. */
  finishLater(result: Promise<string>): void;
  fail(error: Error): void;
}

const UNAVAILABLE = new Problem('UNAVAILABLE');
/** Runs everything that is ready. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function create(options: { groupMax?: number; waitingMax?: number; patienceMs?: number } = {}) {
  const calls: Call[] = [];
  const time = { nowMs: 0 };
  const groups = new GroupCommit<string, string>({
    insert: (rows, giveUpAtMs) =>
      new Promise((resolve, reject) => {
        calls.push({
          rows,
          giveUpAtMs,
          finish: () => resolve(rows.map((row) => `${row}!`)),
          finishLater: (result) => resolve(rows.map(() => result)),
          fail: reject,
        });
      }),
    clock: { now: () => time.nowMs, wall: () => new Date(time.nowMs) },
    groupMax: options.groupMax ?? 500,
    waitingMax: options.waitingMax ?? 1_000,
    patienceMs: options.patienceMs ?? 100,
  });
  const call = (index: number): Call => calls[index] as Call;
  return { groups, calls, call, time };
}

/** The outcome of a promise as text, so that no rejection is unhandled. */
const outcome = (promise: Promise<string>): Promise<string> =>
  promise.catch((error: unknown) => (error instanceof Problem ? error.code : String(error)));

test('a single row is inserted at once', () => {
  const { groups, calls } = create();
  void groups.submit('a');
  expect(calls.map(({ rows }) => rows)).toEqual([['a']]);
});

test('rows that arrive during an insert are inserted together next, in order; each gets its own result', async () => {
  const { groups, calls, call } = create();
  const results = ['a', 'b', 'c', 'd'].map((row) => groups.submit(row));
  expect(calls).toHaveLength(1);
  call(0).finish();
  await settle();
  expect(calls.map(({ rows }) => rows)).toEqual([['a'], ['b', 'c', 'd']]);
  call(1).finish();
  expect(await Promise.all(results)).toEqual(['a!', 'b!', 'c!', 'd!']);
});

test('a group has a maximum size', async () => {
  const { groups, calls, call } = create({ groupMax: 2 });
  for (const row of ['a', 'b', 'c', 'd', 'e']) void groups.submit(row);
  for (let index = 0; index < 3; index += 1) {
    call(index).finish();
    await settle();
  }
  expect(calls.map(({ rows }) => rows)).toEqual([['a'], ['b', 'c'], ['d', 'e']]);
});

test('two inserts never run at the same time', async () => {
  const { groups, calls, call } = create({ groupMax: 1 });
  for (const row of ['a', 'b', 'c']) void groups.submit(row);
  await settle();
  expect(calls).toHaveLength(1);
  call(0).finish();
  await settle();
  expect(calls).toHaveLength(2);
});

test('beyond the bound a row is refused, and only that row', async () => {
  const { groups, call } = create({ waitingMax: 1 });
  const results = ['a', 'b', 'c'].map((row) => outcome(groups.submit(row)));
  expect(await results[2]).toBe('TOO_BUSY');
  call(0).finish();
  await settle();
  call(1).finish();
  expect(await Promise.all(results)).toEqual(['a!', 'b!', 'TOO_BUSY']);
});

test('a part of an admitted batch is not refused, and is one group', async () => {
  const { groups, calls, call } = create({ waitingMax: 1 });
  const results = groups.admit(['a', 'b', 'c', 'd']);
  await settle();
  expect(calls.map(({ rows }) => rows)).toEqual([['a', 'b', 'c', 'd']]);
  call(0).finish();
  expect(await results).toEqual(['a!', 'b!', 'c!', 'd!']);
});

test('a group that is given up fails as a whole; the next one is attempted', async () => {
  const { groups, call } = create();
  const results = ['a', 'b', 'c'].map((row) => outcome(groups.submit(row)));
  call(0).finish();
  await settle();
  const later = outcome(groups.submit('d'));
  call(1).fail(UNAVAILABLE);
  await settle();
  call(2).finish();
  expect(await Promise.all([...results, later])).toEqual([
    'a!',
    'UNAVAILABLE',
    'UNAVAILABLE',
    'd!',
  ]);
});

test('when a group is given up, expired rows behind it are given up without another attempt', async () => {
  const { groups, calls, call, time } = create({ groupMax: 1, patienceMs: 100 });
  const first = outcome(groups.submit('a'));
  const old = outcome(groups.submit('b'));
  time.nowMs = 90;
  const young = outcome(groups.submit('c'));
  time.nowMs = 100;
  call(0).fail(UNAVAILABLE);
  expect(await Promise.all([first, old])).toEqual(['UNAVAILABLE', 'UNAVAILABLE']);
  await settle();
  expect(calls.map(({ rows }) => rows)).toEqual([['a'], ['c']]);
  call(1).finish();
  expect(await young).toBe('c!');
});

test('the deadline of a group counts from its oldest row, which waited behind an earlier group already', async () => {
  const { groups, calls, call, time } = create({ patienceMs: 100 });
  void groups.submit('a');
  time.nowMs = 10;
  void groups.submit('b');
  time.nowMs = 60;
  void groups.submit('c');
  call(0).finish();
  await settle();
  expect(calls.map(({ rows, giveUpAtMs }) => [rows, giveUpAtMs])).toEqual([
    [['a'], 100],
    [['b', 'c'], 110],
  ]);
});

test('when a group is given up, only expired rows fail; the others are inserted again, before later rows', async () => {
  const { groups, calls, call, time } = create({ patienceMs: 100 });
  const first = outcome(groups.submit('a'));
  const old = outcome(groups.submit('b'));
  time.nowMs = 60;
  const young = outcome(groups.submit('c'));
  call(0).finish();
  await settle();
  const later = outcome(groups.submit('d'));
  time.nowMs = 100;
  call(1).fail(UNAVAILABLE);
  await settle();
  expect(calls.map(({ rows, giveUpAtMs }) => [rows, giveUpAtMs])).toEqual([
    [['a'], 100],
    [['b', 'c'], 100],
    [['c', 'd'], 160],
  ]);
  call(2).finish();
  expect(await Promise.all([first, old, young, later])).toEqual(['a!', 'UNAVAILABLE', 'c!', 'd!']);
});

test('rows that return to the queue count as waiting', async () => {
  const { groups, call, time } = create({ patienceMs: 100, waitingMax: 2 });
  const old = outcome(groups.submit('a'));
  const first = outcome(groups.submit('b'));
  time.nowMs = 50;
  const young = outcome(groups.submit('c'));
  call(0).finish();
  await settle();
  const next = outcome(groups.submit('d'));
  time.nowMs = 100;
  call(1).fail(UNAVAILABLE);
  await settle();
  void outcome(groups.submit('e'));
  void outcome(groups.submit('f'));
  expect(await outcome(groups.submit('g'))).toBe('TOO_BUSY');
  call(2).finish();
  expect(await Promise.all([old, first, young, next])).toEqual(['a!', 'UNAVAILABLE', 'c!', 'd!']);
});

test('one row that cannot be stored does not make its group fail', async () => {
  const { groups, calls, call } = create();
  const results = ['a', 'b', 'bad'].map((row) => outcome(groups.submit(row)));
  call(0).finish();
  await settle();
  call(1).fail(new Error('cannot be stored'));
  await settle();
  call(2).finish();
  await settle();
  call(3).fail(new Error('cannot be stored'));
  expect(calls.map(({ rows }) => rows)).toEqual([['a'], ['b', 'bad'], ['b'], ['bad']]);
  expect(await Promise.all(results)).toEqual(['a!', 'b!', 'Error: cannot be stored']);
});

test('a result that settles later does not delay the next group', async () => {
  let answer: (value: string) => void = () => undefined;
  const later = new Promise<string>((resolve) => (answer = resolve));
  let inserts = 0;
  const groups = new GroupCommit<string, string>({
    insert: async () => [(inserts += 1) === 1 ? later : 'now'],
    clock: { now: () => 0, wall: () => new Date(0) },
    groupMax: 1,
    waitingMax: 10,
    patienceMs: 0,
  });
  const slow = groups.submit('a');
  expect(await groups.submit('b')).toBe('now');
  answer('later');
  expect(await slow).toBe('later');
});

describe('an insert that does not end', () => {
  const PATIENCE_MS = SILENT_MS + 200;
  interface Given {
    code: string;
    afterMs: number;
  }
  /** Real time, because the check runs on a timer. @returns the answers, by row. */
  const open = (options: { waitingMax?: number; patienceMs?: number } = {}) => {
    const calls: Call[] = [];
    const groups = new GroupCommit<string, string>({
      insert: (rows, giveUpAtMs) =>
        new Promise((resolve, reject) => {
          calls.push({
            rows,
            giveUpAtMs,
            finish: () => resolve([...rows]),
            finishLater: (result) => resolve(rows.map(() => result)),
            fail: reject,
          });
        }),
      clock: systemClock,
      groupMax: 500,
      waitingMax: options.waitingMax ?? 1_000,
      patienceMs: options.patienceMs ?? PATIENCE_MS,
    });
    const submit = async (row: string): Promise<Given> => {
      const sinceMs = systemClock.now();
      return {
        code: await outcome(groups.submit(row)),
        afterMs: systemClock.now() - sinceMs,
      };
    };
    return { groups, calls, submit };
  };

  test('rejects the rows in it and behind it when their patience is over, and none before', async () => {
    const { calls, submit } = open();
    const given = await Promise.all([submit('a'), submit('b')]);
    expect(given.map(({ code }) => code)).toEqual(['UNAVAILABLE', 'UNAVAILABLE']);
    expect(given.every(({ afterMs }) => afterMs >= PATIENCE_MS)).toBe(true);
    expect(calls).toHaveLength(1);
  });

  test('that fails afterwards inserts only the rows with patience left', async () => {
    const { calls, submit } = open();
    expect((await submit('a')).code).toBe('UNAVAILABLE');
    const young = submit('b');
    calls[0]?.fail(UNAVAILABLE);
    await settle();
    calls[1]?.finish();
    expect(calls.map(({ rows }) => rows)).toEqual([['a'], ['b']]);
    expect((await young).code).toBe('b');
  });

  test('makes a full queue answer UNAVAILABLE at once instead of TOO_BUSY', async () => {
    const { groups, calls, submit } = open({ waitingMax: 1, patienceMs: 60_000 });
    const waiting = [submit('a'), submit('b')];
    expect((await submit('c')).code).toBe('TOO_BUSY');
    await eventually(() => groups.isSilent, { what: 'the silence' });
    expect((await submit('d')).code).toBe('UNAVAILABLE');
    calls[0]?.finish();
    await settle();
    expect(groups.isSilent).toBe(false);
    calls[1]?.finish();
    await Promise.all(waiting);
  });

  test('rejects all rows within a second after the end of the patience of the service', async () => {
    const { groups, submit } = open({ patienceMs: 3_600_000 });
    const waiting = submit('a');
    groups.endPatience();
    expect((await waiting).code).toBe('UNAVAILABLE');
  });

  test.each(['a row', 'a part of a batch'])(
    'rejects %s; when its result fails later, the failure is handled (else it ends the process)',
    async (what) => {
      const { groups, calls } = open();
      const submitted = what === 'a row' ? groups.submit('a') : groups.admit(['a']).then(String);
      expect(await outcome(submitted)).toBe('UNAVAILABLE');
      calls[0]?.finishLater(Promise.reject(UNAVAILABLE));
      await settle();
      await settle();
    },
  );
});

test('control: in a long queue whose inserts end, rows wait beyond their patience', async () => {
  const { groups, calls, call, time } = create({ groupMax: 1, patienceMs: 1 });
  const results = ['a', 'b', 'c'].map((row) => outcome(groups.submit(row)));
  for (let index = 0; index < 3; index += 1) {
    time.nowMs += SILENT_MS - 1;
    call(index).finish();
    await settle();
  }
  expect(await Promise.all(results)).toEqual(['a!', 'b!', 'c!']);
  expect(calls).toHaveLength(3);
});
