/**
 * `npm start -- --measurements` as a user runs it: rounds progress, their settings change at run
 * time, the leading device is killed, and nothing remains when the starter is killed.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRunning, type RunningSystem } from '../../../local/installation.js';
import { isAlive } from '../../../local/processes/process-tree.js';
import type { LeadingAnswer, SeriesRound } from '../../../shared/contracts/measurements.js';
import type { Status } from '../../../shared/contracts/status.js';
import type { RoundState } from '../../../shared/zookeeper/read-rounds.js';
import { eventually } from '../../support/eventually.js';
import { freeOffset } from '../../support/free-offset.js';
import { relevo, type Ran } from '../../support/relevo.js';
import { describeWith } from '../../support/tools.js';
import { TEST_MS } from '../patience.js';

describeWith('zookeeper', 'npm start -- --measurements', () => {
  const folder = mkdtempSync(join(tmpdir(), 'relevo-measurements-'));
  const env: Record<string, string> = { RELEVO_DATA: folder };
  let up: Ran;

  const system = (): RunningSystem => {
    const found = readRunning(folder)?.system;
    if (!found) throw new Error(`Relevo does not run: ${up.out()}${up.err()}`);
    return found;
  };
  const ofKind = (kind: string) => system().processes.filter((process) => process.kind === kind);
  const ask = async <T>(path: string): Promise<T> =>
    (await (await fetch(`${ofKind('measurements')[0]?.url}${path}`)).json()) as T;
  const readRounds = async (): Promise<SeriesRound[]> =>
    (await ask<{ rounds: SeriesRound[] }>('/series?last=1000')).rounds;
  const waitForRound = (round: number, isGood: (last: SeriesRound) => boolean = () => true) =>
    eventually(
      async () => {
        const last = (await readRounds()).at(-1);
        if (last && last.round >= round && isGood(last)) return last;
        throw new Error(`the last round is ${JSON.stringify(last)}`);
      },
      { what: `round ${round} is kept` },
    );
  const run = async (...words: string[]): Promise<[code: number | string, text: string]> => {
    const ran = relevo(['measurements', ...words], env);
    const code = await ran.ended;
    return [code, `${ran.out()}${ran.err()}`];
  };

  beforeAll(async () => {
    env['RELEVO_PORT_OFFSET'] = String(await freeOffset());
    up = relevo(['up', '--measurements', '--replicas', '2'], env);
    await eventually(() => system(), { what: 'the system is up', deadlineMs: TEST_MS - 30_000 });
  }, TEST_MS);
  afterAll(async () => {
    up.child.kill('SIGKILL');
    await up.ended;
    rmSync(folder, { recursive: true, force: true, maxRetries: 50, retryDelay: 100 });
  }, TEST_MS);

  test('runs three members, a device per replica and the API, and prints the address', async () => {
    expect(ofKind('zookeeper').map(({ name }) => name)).toEqual([
      'zookeeper_1',
      'zookeeper_2',
      'zookeeper_3',
    ]);
    expect(ofKind('device').map(({ name }) => name)).toEqual(['device_1', 'device_2']);
    const row = `measurements     ${ofKind('measurements')[0]?.url}/`;
    await eventually(() => up.out().includes(row), { what: `the line ${row}` });
  });

  test(
    'rounds progress with both devices, and the command line shows them',
    async () => {
      const { round } = await waitForRound(1, ({ devices }) => devices === 2);
      const [code, text] = await run('series', '--json');
      expect([code, text]).toEqual([0, expect.stringContaining(`"round": ${round}`)]);
    },
    TEST_MS,
  );

  test(
    'the monitor, the command line and the doctor show members, roles and devices',
    async () => {
      const [code, text] = await eventually(
        async () => {
          const ran = relevo(['status', '--json'], env);
          return [await ran.ended, ran.out()] as const;
        },
        { what: 'a status' },
      );
      const { rounds, status } = JSON.parse(text) as {
        rounds: RoundState;
        status: Pick<Status, 'ensemble' | 'devices'>;
      };
      expect([code, rounds.members.map(({ role }) => role).toSorted()]).toEqual([
        0,
        ['follower', 'follower', 'leader'],
      ]);
      expect(rounds.devices.filter(({ leads }) => leads)).toHaveLength(1);
      expect(status.ensemble?.map(({ name }) => name)).toEqual(rounds.members.map((m) => m.name));
      expect(status.devices).toEqual(rounds.devices);
      const doctor = relevo(['doctor'], env);
      await doctor.ended;
      expect(doctor.out()).toMatch(/ZooKeeper +all 3 members serve, zookeeper_\d leads/);
      expect(doctor.out()).toMatch(/devices +all 2 measure, device_\d leads/);
    },
    TEST_MS,
  );

  test(
    'a new sampling period is read, written and followed; a wrong one is refused',
    async () => {
      expect(await run('config', '--sampling-period', '0')).toEqual([
        4,
        expect.stringContaining('--sampling-period "0" is refused'),
      ]);
      expect((await run('config', '--sampling-period', '2592000'))[0]).toBe(4);
      expect((await run('config', '--api-url', 'http://example.org/nuevo'))[0]).toBe(4);
      expect(await run('config')).toEqual([0, expect.stringContaining('not set: the default')]);
      const [code, text] = await run('config', '--sampling-period', '0.5', '--json');
      expect([code, text]).toEqual([0, expect.stringMatching(/"value": 0.5,\s+"version": 0/)]);
      const { round, at } = await waitForRound(1);
      const later = await waitForRound(round + 6);
      const tookMs = Date.parse(later.at) - Date.parse(at);
      // With the default period these rounds would need at least 25 s.
      expect(tookMs / (later.round - round)).toBeLessThan(4_000);
    },
    TEST_MS,
  );

  test(
    'the leading device is killed: another one leads, rounds grow, and it returns',
    async () => {
      const { device: former, epoch } = await ask<LeadingAnswer>('/epochs');
      const { round } = await waitForRound(1);
      const { pid } = ofKind('device').find(({ name }) => name === former) as { pid: number };
      process.kill(pid, 'SIGKILL');
      await waitForRound(round + 1, (last) => last.epoch > epoch);
      await waitForRound(round + 2, (last) => last.epoch > epoch && last.devices === 2);
      const numbers = (await readRounds()).map((each) => each.round);
      expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
    },
    TEST_MS,
  );

  test(
    'a port in use is named with its process, and the ensemble that does not answer too',
    async () => {
      const offset = await freeOffset();
      // It accepts connections and never answers.
      const taken = createServer((socket) => void socket.on('error', () => undefined).resume());
      await new Promise<void>((resolve) => taken.listen(5502 + offset, '127.0.0.1', resolve));
      const other = relevo(['up', '--measurements'], {
        RELEVO_DATA: join(folder, 'other'),
        RELEVO_PORT_OFFSET: String(offset),
      });
      expect([await other.ended, other.out() + other.err()]).toEqual([
        3,
        expect.stringContaining(`Port ${5502 + offset}, which zookeeper_2 needs, is taken`),
      ]);
      expect(await run('config', '--zookeeper', `127.0.0.1:${5502 + offset}`)).toEqual([
        5,
        expect.stringContaining('The ensemble does not answer'),
      ]);
      await new Promise((resolve) => taken.close(resolve));
    },
    TEST_MS,
  );

  test(
    'the starter is killed: no member and no device remains',
    async () => {
      const pids = system().processes.flatMap(({ pid }) => (pid === null ? [] : [pid]));
      up.child.kill('SIGKILL');
      await eventually(() => !pids.some(isAlive), { what: 'every process has ended' });
    },
    TEST_MS,
  );
});
