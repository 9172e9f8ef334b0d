/**
 * Cost of processes: parses the tables of the kernel, and counts programs of several processes
 * once.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  combineCosts,
  costOf,
  parseCpuTimes,
  parseMemory,
  resetPeak,
} from '../../../experiments/system/processes-cost.js';
import { onlyWhere } from '../../support/only-where.js';

const STAT = '4711 (a (b) c) S 1 4711 4711 0 -1 4194560 9 0 0 0 12 3 40 5 20 0 11 0 123456 0 0';
const STATUS =
  'Name:\tnode\nVmHWM:\t  204800 kB\nVmRSS:\t  102400 kB\nRssAnon:\t   51200 kB\nRssFile:\t   50176 kB\nRssShmem:\t    1024 kB\n';

describe('parsing', () => {
  test('a name with spaces and brackets does not shift the fields', () => {
    expect(parseCpuTimes(STAT)).toEqual({ ownMs: 150, endedChildrenMs: 450 });
  });

  test('memory is reported in MB', () => {
    expect(parseMemory(STATUS)).toEqual({
      residentMb: 100,
      peakMb: 200,
      privateMb: 50,
      sharedMb: 1,
    });
  });

  test('a zombie has no memory', () => {
    expect(parseMemory('Name:\tgone\nState:\tZ (zombie)\n')).toEqual({
      residentMb: 0,
      peakMb: 0,
      privateMb: 0,
      sharedMb: 0,
    });
  });
});

test('a program is the sum of its processes: time and private memory added up, shared memory once', () => {
  const process = (ownMs: number, privateMb: number, sharedMb: number) => ({
    ownMs,
    endedChildrenMs: 10,
    residentMb: privateMb + sharedMb,
    peakMb: 99,
    privateMb,
    sharedMb,
  });
  expect(combineCosts(process(100, 5, 20), [process(30, 7, 128), process(0, 1, 64)])).toEqual({
    cpuMs: 160,
    residentMb: 25,
    peakMb: 99,
    privateMb: 13,
    sharedMb: 128,
    processes: 3,
  });
});

const onLinux = onlyWhere(process.platform === 'linux', 'needs Linux', describe);
onLinux('a real program', () => {
  // It waits for input after each step, so that the test does not depend on time.
  const PROGRAM = `
    const { execFileSync } = require('node:child_process');
    const burn = 'const end = process.cpuUsage().user + 150000; while (process.cpuUsage().user < end);';
    execFileSync(process.execPath, ['-e', burn]);
    let block = Buffer.alloc(64 * 2 ** 20, 1);
    process.stdout.write('grown\\n');
    process.stdin.once('data', () => { block = null; global.gc(); setImmediate(() => { global.gc(); process.stdout.write('shrunk\\n'); }); });`;

  test('the time of an ended child counts, and the peak can be reset', async () => {
    const child = spawn(process.execPath, ['--expose-gc', '-e', PROGRAM], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const pid = child.pid as number;
    try {
      await once(child.stdout, 'data');
      const grown = costOf(pid);
      expect(grown?.cpuMs).toBeGreaterThanOrEqual(150);
      expect(grown?.privateMb).toBeGreaterThan(64);
      child.stdin.write('\n');
      await once(child.stdout, 'data');
      const peakBefore = costOf(pid)?.peakMb ?? 0;
      // The kernel counts pages in lots per thread, so the two figures may differ slightly.
      expect(peakBefore).toBeGreaterThan((grown?.residentMb ?? Infinity) - 2);
      if (resetPeak(pid)) expect(costOf(pid)?.peakMb).toBeLessThan(peakBefore);
    } finally {
      child.kill('SIGKILL');
      await once(child, 'close'); // Its pipes are closed too: no handle outlives the test.
    }
    expect(costOf(pid)).toBeNull();
  });
});
