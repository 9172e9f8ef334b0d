/**
 * A leader is frozen in the middle of a parcel, under load, and isolated from the monitors. It
 * resumes after the election of its successor, before the successor has finished. It has the
 * gateway's answers and still acts as leader: only the fence in the commit can stop it (I4). The
 * scenario runs twice. On the normal build there is no violation, and the refusal is counted. On a
 * build without the fence, the checkers find the rows committed under the old term. Without that
 * control, the first result would prove little.
 */
import { fileURLToPath } from 'node:url';
import type { Violation } from '../../experiments/record/result.js';
import { eventually } from '../support/eventually.js';
import { MonitorPaths } from './monitor-paths.js';
import { TEST_MS } from './patience.js';
import { Scene } from './scene.js';

const WITHOUT_FENCE = [
  '--import',
  fileURLToPath(new URL('../support/without-fence.mjs', import.meta.url)),
];

/**
 * A charge takes 1 to 3 s: the first answers arrive two seconds before the parcel can be committed.
 */
const GATEWAY = { GATEWAY_LATENCY_MS: '2000' };
/**
 * Calls outlast the freeze, and no replica reads the leadership row: only monitors notify a replica
 * of a new term.
 */
const PAYMENTS = { GATEWAY_TIMEOUT_MS: '30000', LEADERSHIP_POLL_MS: '86400000' };
/** Delay of the successor's charges: it commits well after the old leader resumes. */
const SUCCESSOR_SLOW_MS = 4_000;

interface Story {
  /** Commits of the old leader that the fence refused, by the old leader's own metric. */
  refused: number;
  /** Whether the old leader still acts as leader. */
  leads: boolean;
  /** Payments of the batch. */
  ids: string[];
  underOldTerm: string[];
  violations: Violation[];
  unsuccessful: number;
}

async function wakeDeposedLeader(replicaArgs: string[]): Promise<Story> {
  const paths = await MonitorPaths.open(1, 2);
  const scene = await Scene.open({
    replicas: 2,
    // Only replicas commit: a loader for the other services would only cost their compiled files.
    nodeArgs: (name) => (name.startsWith('server_') ? replicaArgs : []),
    kindEnv: { gateway: GATEWAY, payments: PAYMENTS },
    ...paths.options,
  });
  try {
    return await tell(scene, paths);
  } finally {
    await scene.close();
    await paths.close();
  }
}

async function tell(scene: Scene, paths: MonitorPaths): Promise<Story> {
  const load = scene.load({ clients: 4 });
  await load.flows(4);
  const old = await scene.leader();
  const { term } = await scene.leadership();
  const ids = await fireUntilFirstCharge(scene);
  old.freeze();
  paths.cut('monitor_1', old.name);
  expect((await scene.leadership()).term).toBe(term);
  // Frozen in the middle of a parcel, as intended.
  expect(await scene.batchIds('frozen', true)).toHaveLength(ids.length);

  await scene.gatewayFaults({ slowMs: SUCCESSOR_SLOW_MS });
  const { leader } = await scene.nextLeadership(term);
  expect(leader).not.toBe(old.name);
  old.thaw();
  const underOldTerm = async (): Promise<string[]> =>
    (await scene.payments())
      .filter((row) => ids.includes(row.id) && row.term === term)
      .map(({ id }) => id);
  const refused = (): Promise<number> => scene.metric(old, 'relevo_commits_refused_total');
  const decided = async (): Promise<boolean> =>
    (await refused()) > 0 || (await underOldTerm()).length > 0;
  await eventually(decided, { what: 'the old leader tries its commit' });

  await scene.gatewayFaults({});
  await load.flows(4);
  await load.stop();
  const violations = await scene.verdict(load.requests);
  const leads = (await scene.metric(old, 'relevo_leads')) === 1;
  return {
    refused: await refused(),
    leads,
    ids,
    underOldTerm: await underOldTerm(),
    violations,
    unsuccessful: load.unsuccessful.length,
  };
}

/**
 * Sends a batch of 100 without waiting. Resolves when the gateway's ledger has the first of its
 * charges.
 */
async function fireUntilFirstCharge(scene: Scene): Promise<string[]> {
  const [patients] = scene.system.patients;
  if (!patients) throw new Error('no patients instance');
  await scene.ask(patients, '/api/batches', {
    headers: { 'idempotency-key': 'frozen' },
    body: { count: 100, timeoutMs: 0 },
  });
  const ids = new Set(await scene.batchIds('frozen'));
  const charged = async (): Promise<boolean> =>
    (await scene.charges()).some(({ key }) => ids.has(key));
  await eventually(charged, { what: 'a first charge' });
  return [...ids];
}

test(
  'leader frozen in the middle of a parcel, thawed after the next election: its commit is refused and changes nothing',
  async () => {
    const story = await wakeDeposedLeader([]);
    expect(story.refused).toBeGreaterThanOrEqual(1);
    expect(story.leads).toBe(false);
    expect(story.ids).toHaveLength(100);
    expect(story.underOldTerm).toEqual([]);
    expect(story.violations).toEqual([]);
    expect(story.unsuccessful).toBe(0);
  },
  TEST_MS,
);

test(
  'control: the same without the fence: it commits under its old term, and the checkers find the violation',
  async () => {
    const story = await wakeDeposedLeader(WITHOUT_FENCE);
    expect(story.refused).toBe(0);
    expect(story.leads).toBe(true);
    expect(story.underOldTerm.length).toBeGreaterThan(0);
    const stale = story.violations.find(({ rule }) => rule === 'stale-term');
    expect(stale?.ids).toEqual(expect.arrayContaining(story.underOldTerm));
  },
  TEST_MS,
);
