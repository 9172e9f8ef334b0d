/**
 * The database is away for eight seconds: stopped, frozen, or cut off from every service. Aim: the
 * payments of that time wait and succeed, no process ends, and the term stays. The monitor is set
 * to hand over after a second of trouble.
 */
import { LinkProxy } from '../../experiments/network/link-proxy.js';
import { sleep } from '../../shared/clock.js';
import { TEST_MS } from './patience.js';
import { Scene } from './scene.js';

/** Longer than every time-out below, and than the time-outs of all statements. */
const OUTAGE_MS = 8_000;
const KIND_ENV = {
  patients: { ACCEPT_RETRY_MS: '60000' },
  monitor: { GRAY_MS: '1000', STALL_MS: '2000', GRAY_REST_MS: '0' },
};
const SERVICES = ['patients_1', 'monitor_1', 'server_1', 'server_2', 'server_3'];

let scene: Scene;
/** Between each service and the database. */
const links = new Map<string, LinkProxy>();

/** Opens a system in which each service has a link of its own to the database. */
async function open(gateway: 'http' | 'simulated'): Promise<void> {
  let port = 0;
  for (const name of SERVICES) links.set(name, await LinkProxy.open(() => port));
  scene = await Scene.open({
    gateway,
    kindEnv: KIND_ENV,
    serviceEnv: (name, _kind, { DATABASE_URL: usual }) => {
      const link = links.get(name);
      if (!link || !usual) return {};
      const address = new URL(usual);
      port = Number(address.port);
      address.port = String(link.port);
      return { DATABASE_URL: address.href };
    },
  });
}

async function close(): Promise<void> {
  await scene?.close();
  for (const link of links.values()) await link.close();
  links.clear();
}

/** Cuts the links of these services, in both directions. @returns a function that heals them. */
function cut(names: readonly string[]): () => void {
  const undo = names.flatMap((name) => {
    const { forward, back } = links.get(name) as LinkProxy;
    return [forward.cut(), back.cut()];
  });
  return () => {
    undo.forEach((heal) => heal());
    // The connections of before are dead, as after a failover to another address.
    names.forEach((name) => links.get(name)?.resetAll());
  };
}

/** How the database goes away, and the function that brings it back. */
const OUTAGES: Record<string, () => Promise<() => Promise<void> | void>> = {
  'stopped': async () => {
    const postgres = scene.system.process('postgres');
    postgres.kill('SIGKILL');
    await postgres.exited;
    return () => postgres.start();
  },
  'frozen': async () => {
    const postgres = scene.system.process('postgres');
    postgres.freeze();
    return () => void postgres.thaw();
  },
  'cut off': async () => cut(SERVICES),
};

/** The processes of the services, by name. */
const getPids = (): Record<string, number> =>
  Object.fromEntries(Object.entries(scene.system.pids()).filter(([name]) => name !== 'postgres'));

describe.each([
  ['http', Object.keys(OUTAGES)],
  ['simulated', ['frozen']],
] as const)('with the %s gateway', (gateway, kinds) => {
  beforeAll(() => open(gateway), TEST_MS);
  afterEach(() => scene?.stopLoads(), TEST_MS);
  afterAll(close, TEST_MS);

  test.each(kinds)(
    'the database %s for 8 s: every payment succeeds, no process ends, the term stays',
    async (kind) => {
      const { term } = await scene.leadership();
      const pids = getPids();
      const load = scene.load();
      await load.flows();

      const bringBack = await OUTAGES[kind]?.();
      await sleep(OUTAGE_MS);
      expect((await fetch(`${scene.system.patients[0]?.url}/readyz`)).status).toBe(503);
      await bringBack?.();
      await load.flows();
      await load.stop();

      expect(load.unsuccessful).toEqual([]);
      expect(await scene.verdict(load.requests)).toEqual([]);
      expect([(await scene.leadership()).term, getPids()]).toEqual([term, pids]);
    },
    TEST_MS,
  );
});

describe('control', () => {
  beforeAll(() => open('http'), TEST_MS);
  afterAll(close, TEST_MS);

  test(
    'the same cut for the leader alone moves the leadership',
    async () => {
      const { term, leader } = await scene.leadership();
      const load = scene.load();
      await load.flows();
      const heal = cut([leader ?? '']);
      const next = await scene.nextLeadership(term);
      expect(next.leader).not.toBe(leader);
      heal();
      await load.flows();
      await load.stop();
      expect(await scene.verdict(load.requests)).toEqual([]);
    },
    TEST_MS,
  );
});
