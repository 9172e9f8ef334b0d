/**
 * Faults that are switches inside a service: a blocked event loop, a clock that jumps. After a jump
 * the monitor must observe and must not act; the control is the same kill without a jump.
 */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { Injector } from '../../../experiments/faults/injector.js';
import type { Cluster } from '../../../experiments/system/cluster.js';
import type { ManagedProcess } from '../../../local/processes/processes.js';
import { eventually } from '../../support/eventually.js';
import { openTestCluster } from '../../support/cluster.js';
import { isWhole, knock } from './asking.js';
import { injectFault } from './injecting.js';

const TEST_MS = 180_000;
/**
 * DOUBT_FOR_MS of this monitor, during which it does not act. Longer than a hand-over without a
 * doubt takes on a busy machine.
 */
const DOUBT_MS = 8_000;

let cluster: Cluster;
let injector: Injector;
beforeAll(async () => {
  cluster = await openTestCluster({ env: { DOUBT_FOR_MS: String(DOUBT_MS) } });
  injector = new Injector(cluster, new AbortController().signal);
}, TEST_MS);

const part = (name: string): ManagedProcess => cluster.system.process(name);

/** A counter of a service's /metrics. */
async function jumps(): Promise<number> {
  const text = await (await fetch(`${part('monitor_1').url}/metrics`)).text();
  return Number(
    /^\w*clock_jumps\w* (\d+)|^\w*clock_jumps\w*\{.*\} (\d+)/m.exec(text)?.slice(1).find(Boolean) ??
      0,
  );
}

/** Kills the leader and waits for its successor. @returns how long that took, ms. */
async function killLeader(): Promise<number> {
  const { leader, term } = await cluster.leadership();
  const began = performance.now();
  const { heal } = await injectFault(injector, 'kill', leader ?? '');
  await eventually(async () => (await cluster.leadership()).term > term, {
    what: 'an election',
  });
  const tookMs = performance.now() - began;
  await heal();
  await isWhole(cluster);
  return tookMs;
}

describe.each(['server_2', 'monitor_1'])('block of %s', (name) => {
  test(
    'it is silent for that time and then answers again',
    async () => {
      // Much longer than the probe, which starts late on a busy machine.
      const { healed } = await injectFault(injector, 'block', name, { durationMs: 5_000 });
      expect(await knock(part(name), 500)).toBe('silent');
      await healed;
      expect(await knock(part(name), 20_000)).toBe('answers');
      await isWhole(cluster);
    },
    TEST_MS,
  );
});

describe('a monitor whose clock jumps', () => {
  test(
    'control: without a jump a killed leader is replaced before a doubt would end',
    async () => {
      expect(await killLeader()).toBeLessThan(DOUBT_MS);
    },
    TEST_MS,
  );

  test.each(['clock-wall', 'clock-monotonic'])(
    '%s: it detects the jump, and does not act during its doubt',
    async (kind) => {
      const before = await jumps();
      const { heal } = await injectFault(injector, kind, 'monitor_1');
      await eventually(async () => (await jumps()) > before, { what: 'the jump to be noticed' });
      const tookMs = await killLeader();
      // Counted from the detection, up to one poll (15 ms) and one tick (50 ms) earlier; a busy
      // machine only delays it.
      expect(tookMs).toBeGreaterThan(DOUBT_MS / 2);
      await heal();
      await isWhole(cluster);
    },
    TEST_MS,
  );

  test(
    'clock-wall: the way back is a jump too',
    async () => {
      const atFirst = await jumps();
      const { heal } = await injectFault(injector, 'clock-wall', 'monitor_1');
      await eventually(async () => (await jumps()) > atFirst, { what: 'the jump to be noticed' });
      const before = await jumps();
      await heal();
      await eventually(async () => (await jumps()) > before, {
        what: 'the jump back to be noticed',
      });
      await isWhole(cluster);
    },
    TEST_MS,
  );
});

/** Whether the monitor's OpenAPI document lists the switches. */
const isDocumented = async ({ system }: Cluster): Promise<boolean> => {
  const document = (await (
    await fetch(`${system.process('monitor_1').url}/openapi.json`)
  ).json()) as { paths: object };
  return '/faults' in document.paths;
};

describe('without FAULTS=on', () => {
  test(
    'there are no switches, and no document lists them',
    async () => {
      const plain = await openTestCluster({ replicas: 1, env: { FAULTS: 'off' } });
      for (const name of ['server_1', 'monitor_1', 'gateway']) {
        const { url } = plain.system.process(name);
        const headers = {
          'authorization': `Bearer ${plain.system.tokens.internal}`,
          'content-type': 'application/json',
        };
        expect((await fetch(`${url}/faults`, { method: 'POST', headers, body: '{}' })).status).toBe(
          404,
        );
      }
      expect(await isDocumented(plain)).toBe(false);
      await plain.close();
    },
    TEST_MS,
  );

  test(
    'with it they are documented and need the internal token',
    async () => {
      expect(await isDocumented(cluster)).toBe(true);
      for (const name of ['server_1', 'monitor_1', 'gateway']) {
        const headers = {
          'authorization': `Bearer ${cluster.system.tokens.operator}`,
          'content-type': 'application/json',
        };
        expect(
          (await fetch(`${part(name).url}/faults`, { method: 'POST', headers, body: '{}' })).status,
        ).toBeGreaterThanOrEqual(401);
      }
    },
    TEST_MS,
  );
});
