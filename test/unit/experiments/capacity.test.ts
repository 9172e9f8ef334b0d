/**
 * The experiment capacity: wrong options are refused before the start, the bottleneck follows from
 * planted figures, and the figures of a step from its samples.
 */
import { describe, expect, test } from '@jest/globals';
import { countForeignCores, nameBottleneck } from '../../../experiments/capacity/bottleneck.js';
import { summarizeSamples, toActivity } from '../../../experiments/capacity/database-use.js';
import { checkFiles, parseSystems } from '../../../experiments/capacity/options.js';
import { GATEWAY, summarizeLife } from '../../../experiments/capacity/payment-life.js';
import { parseMainThread } from '../../../experiments/capacity/process-use.js';
import { orderOfRound } from '../../../experiments/capacity/rounds.js';
import { CAPACITY_SYSTEMS } from '../../../experiments/capacity/systems.js';
import { readRequest } from '../../../experiments/request.js';
import { chargeDurationMs } from '../../../shared/simulated-charge.js';
import { LIFE, toDatabase, toLoad, toUse } from './capacity-loads.js';

describe('options', () => {
  test.each([
    [['--systems', 'relevo,apache'], '--systems must be some of single-server, relevo, rel'],
    [['--systems', ''], '--systems must be some of'],
    [['--balancer', 'haprox'], '--balancer must be one of haproxy, apache, nginx, got "haprox"'],
    [['--rounds', '0'], '--rounds'],
    [['--instances', '9'], '--instances'],
    [['--most', '0'], '--most'],
    [['--seed', '-1'], '--seed'],
    [['--speed', '2'], '--speed'],
  ])('%j is refused before the start', (words, message) => {
    expect(() => readRequest(['capacity', ...words])).toThrow(message);
  });

  test('systems are in their usual order, each once', () => {
    expect(parseSystems('relevo, single-server,relevo')).toEqual(['single-server', 'relevo']);
  });

  test('more sockets than the machine allows are named before the start', () => {
    expect(checkFiles(1_000, 20_000)).toBeNull();
    expect(checkFiles(2_000, 20_000)).toMatch(
      /^--most 2000: so many users per second, each for up to 5.9 s, need 23,800 open files; this machine allows 20,000 \(ulimit -n\)$/,
    );
    expect(checkFiles(10_000, null)).toBeNull();
  });

  test('each system has each place once in as many rounds', () => {
    const orders = [1, 2, 3].map((round) => orderOfRound(CAPACITY_SYSTEMS, round));
    for (const place of [0, 1, 2])
      expect(new Set(orders.map((order) => order[place])).size).toBe(CAPACITY_SYSTEMS.length);
  });
});

describe('the bottleneck', () => {
  const calm = [toUse('server_1', 'replicas', 0.4), toUse('postgres', 'PostgreSQL', 0.3)];

  test('a main thread without room, not a process with many threads', () => {
    const full = toLoad([...calm, toUse('patients_1', 'front', 0.95, 0.9)], 1.7);
    expect(nameBottleneck(full)).toEqual({
      kind: 'event loop',
      name: 'patients_1',
      evidence: 'The main thread of patients_1 used 90 % of a core.',
    });
    const threads = toLoad([...calm, toUse('patients_1', 'front', 1.1, 0.6)], 1.7);
    expect(nameBottleneck(threads).kind).not.toBe('event loop');
    const unknown = toLoad([...calm, toUse('patients_1', 'front', 0.9, NaN)], 1.7);
    expect(nameBottleneck(unknown).name).toBe('patients_1');
  });

  test('the generator is named as such, not as a limit of the system', () => {
    const full = toLoad([...calm, toUse('generator', 'generator', 0.97)], 1.7);
    expect(nameBottleneck(full).kind).toBe('generator');
  });

  test('PostgreSQL may use more than a core without being an event loop', () => {
    const busy = toLoad([toUse('postgres', 'PostgreSQL', 1.2)], 1.5);
    expect(nameBottleneck(busy).kind).not.toBe('event loop');
  });

  test('a full machine: the largest part, the generator and other programs have their shares', () => {
    const full = toLoad([...calm, toUse('generator', 'generator', 0.5)], 1.9);
    expect(nameBottleneck(full)).toMatchObject({ kind: 'machine', name: 'other programs' });
    const alone = toLoad(full.machine.processes, 1.9);
    expect(
      nameBottleneck({ ...alone, machine: { ...alone.machine, cores: 1, busyCores: 1.2 } }),
    ).toMatchObject({
      name: 'replicas',
    });
    expect(nameBottleneck(full).evidence).toBe(
      '95 % of 2 cores were busy: other programs 70 % of a core, the generator 50 %, replicas 40 %, PostgreSQL 30 %.',
    );
    expect(countForeignCores(full.machine)).toBeCloseTo(0.7);
  });

  test.each([
    ['WAL', 'commits'],
    ['lock', 'locks'],
    ['IO', 'disk'],
  ] as const)('most backends wait for %s: %s', (activity, kind) => {
    const database = toDatabase({ [activity]: 2, running: 0.5 });
    expect(nameBottleneck(toLoad(calm, 1, { database })).kind).toBe(kind);
    const few = toDatabase({ [activity]: 2, running: 3 });
    expect(nameBottleneck(toLoad(calm, 1, { database: few })).kind).toBe('processing');
  });

  test.each([
    ['acceptMs', 'acceptance'],
    ['processMs', 'processing'],
    ['gatewayMs', 'gateway'],
    ['answerMs', 'answer'],
  ] as const)('otherwise the longest stage of a payment: %s', (stage, kind) => {
    const life = { ...LIFE, [stage]: 900 };
    expect(nameBottleneck(toLoad(calm, 1, { life })).kind).toBe(kind);
  });

  test('without a payment it is unknown', () => {
    expect(nameBottleneck(toLoad(calm, 1, { life: null })).kind).toBe('unknown');
  });
});

describe('figures of a step', () => {
  test('waits of PostgreSQL are sorted into activities', () => {
    expect(toActivity(null, null)).toBe('running');
    expect(toActivity('IO', 'WalSync')).toBe('WAL');
    expect(toActivity('LWLock', 'WALWrite')).toBe('WAL');
    expect(toActivity('IPC', 'SyncRep')).toBe('WAL');
    expect(toActivity('Lock', 'transactionid')).toBe('lock');
    expect(toActivity('IO', 'DataFileRead')).toBe('IO');
    expect(toActivity('Client', 'ClientRead')).toBe('client');
    expect(toActivity('Timeout', 'PgSleep')).toBe('other');
  });

  test('samples become averages, and commits a rate', () => {
    const use = summarizeSamples([
      { atMs: 0, commits: 10, pending: 2, backends: [{ activity: 'WAL', count: 2 }] },
      { atMs: 500, commits: 60, pending: 4, backends: [] },
    ]);
    expect(use).toMatchObject({ commitsPerSec: 100, pending: { mean: 3, most: 4 }, samples: 2 });
    expect(use.backends).toMatchObject({ WAL: 1, running: 0 });
  });

  test('the stages of a payment sum up to its latency', () => {
    const paid = [{ id: 'a', dueMs: 1_000, answeredMs: 1_100 }];
    const row = { id: 'a', status: 'SUCCEEDED', acceptedMs: 1_010, completedMs: 1_090 };
    const life = summarizeLife(paid, new Map([['a', row]]));
    expect(life).toMatchObject({ payments: 1, acceptMs: 10, answerMs: 10 });
    expect(life?.gatewayMs).toBe(chargeDurationMs('a', GATEWAY));
    expect((life?.processMs ?? 0) + (life?.gatewayMs ?? 0)).toBeCloseTo(80);
    const unfinished = new Map([['a', { ...row, completedMs: null }]]);
    expect(summarizeLife(paid, unfinished)).toBeNull();
  });

  test('the main thread is read in nanoseconds; an unreadable text has no value', () => {
    expect(parseMainThread('68728981731 27758563807 116453\n')).toEqual({
      runMs: 68_728.981731,
      waitMs: 27_758.563807,
    });
    expect(parseMainThread('')).toEqual({ runMs: NaN, waitMs: NaN });
  });
});
