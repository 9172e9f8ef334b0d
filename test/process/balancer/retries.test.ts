/**
 * Repetition of requests by HAProxy in front of three instances. Aim: instances die and freeze
 * under payments with keys, and no request fails, none is lost, none is paid twice. The controls
 * are two further balancers in front of the same instances: one repeats nothing, one repeats
 * everything.
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RequestRecord } from '../../../experiments/record/history.js';
import { createPaymentClient } from '../../../experiments/traffic/client.js';
import { runTraffic } from '../../../experiments/traffic/traffic.js';
import { prepareBalancer, type BalancerProcess } from '../../../local/engines/balancer.js';
import { freePort } from '../../../local/processes/ports.js';
import type { ManagedProcess } from '../../../local/processes/processes.js';
import { createControl } from '../../../shared/balancer/open-control.js';
import type { Retries } from '../../../shared/balancer/pool.js';
import { sleep } from '../../../shared/clock.js';
import { seededRandom } from '../../../shared/random.js';
import { eventually } from '../../support/eventually.js';
import { describeWith } from '../../support/tools.js';
import { PATIENCE_MS, TEST_MS } from '../patience.js';
import { Scene } from '../scene.js';

const RATE_PER_SEC = 60;
/** So long that some requests are in an instance when it dies. */
const CHARGE_MS = 150;
/** Between the headers and the body of a request. */
const PART_MS = 50;

let scene: Scene;
const folders: string[] = [];
const others: BalancerProcess[] = [];

function getBalancer(): BalancerProcess {
  if (!scene.system.balancer) throw new Error('no balancer');
  return scene.system.balancer;
}

/** Starts another balancer in front of the same instances. */
async function startBalancer(retries: Retries): Promise<BalancerProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'relevo-balancer-'));
  folders.push(folder);
  const ports = { port: await freePort(), adminPort: await freePort() };
  const pool = { ...getBalancer().control.pool, ...ports, retries };
  const balancer = await prepareBalancer({ balancer: 'haproxy', pool, dataDir: folder });
  others.push(balancer);
  await balancer.start();
  return balancer;
}

/** Waits until the balancer sends requests to every instance. */
const seesAll = (balancer: BalancerProcess): Promise<boolean> =>
  eventually(
    async () => {
      const states = await createControl(balancer.control).read();
      return states.every(({ observed }) => observed === 'up');
    },
    { what: 'the balancer to see every instance' },
  );

/** Pays at a steady rate while `disturb` runs. The client sends each payment once. */
async function payWhile(
  name: string,
  balancer: BalancerProcess,
  disturb: () => Promise<void>,
): Promise<RequestRecord[]> {
  const client = createPaymentClient([balancer.url], scene.system.tokens.api, PATIENCE_MS);
  const requests: RequestRecord[] = [];
  const [stop, never] = [new AbortController(), new AbortController()];
  const paid = runTraffic('open', {
    client,
    name,
    trial: 1,
    patients: scene.patients,
    random: seededRandom(1, name),
    count: Infinity,
    ratePerSec: RATE_PER_SEC,
    signal: never.signal,
    stop: stop.signal,
    onRecord: (record) => requests.push(record),
  });
  try {
    await disturb();
  } finally {
    stop.abort();
    await paid;
    client.close();
  }
  return requests;
}

/** Requests that an instance holds now. */
const inFlight = async (instance: ManagedProcess): Promise<boolean> => {
  const text = `SELECT 1 FROM payment WHERE status = 'PENDING' AND accepted_by = $1 LIMIT 1`;
  return (await scene.pool.query(text, [instance.name])).rowCount === 1;
};

/** Kills each instance in the middle of a request, one after another. */
async function killEach(
  balancer: BalancerProcess,
  instances: readonly ManagedProcess[],
): Promise<void> {
  for (const instance of instances) {
    await seesAll(balancer);
    await eventually(() => inFlight(instance), { what: `a payment in ${instance.name}` });
    instance.kill('SIGKILL');
    await instance.exited;
    await instance.start();
  }
  await seesAll(balancer);
}

const describeFailures = (requests: readonly RequestRecord[]): string[] =>
  requests
    .filter(({ status }) => status !== 'SUCCEEDED')
    .map(({ httpStatus, error }) => `${httpStatus ?? 'no answer'} ${error ?? ''}`);

/** Sends a payment as a client whose body arrives after the headers. @returns the status. */
async function sendInParts(
  balancer: BalancerProcess,
  headers: Record<string, string>,
  amountMinor: number,
): Promise<number> {
  const text = JSON.stringify({ patientId: scene.patients[0], amountMinor, currency: 'USD' });
  const request = httpRequest(`${balancer.url}/api/payments`, {
    method: 'POST',
    agent: false,
    headers: {
      'authorization': `Bearer ${scene.system.tokens.api}`,
      'content-type': 'application/json',
      'content-length': text.length,
      'prefer': 'wait=30',
      ...headers,
    },
  });
  request.flushHeaders();
  await sleep(PART_MS);
  request.end(text);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.resume();
  return response.statusCode ?? 0;
}

describeWith('balancers', 'repetition of requests by HAProxy', () => {
  beforeAll(async () => {
    scene = await Scene.open({ patients: 3, replicas: 2, balancer: 'haproxy' });
    await scene.gatewayFaults({ slowMs: CHARGE_MS });
  }, TEST_MS);
  afterAll(async () => {
    await Promise.all(others.map((balancer) => balancer.stop()));
    folders.forEach((folder) => rmSync(folder, { recursive: true, force: true }));
    await scene?.close();
  }, TEST_MS);

  test(
    'instances killed one after another: no request with a key fails, none is lost, none is doubled',
    async () => {
      const balancer = getBalancer();
      const requests = await payWhile('safe', balancer, () =>
        killEach(balancer, scene.system.patients),
      );
      expect(describeFailures(requests)).toEqual([]);
      expect(await scene.verdict(requests)).toEqual([]);
    },
    TEST_MS,
  );

  test(
    'an instance frozen and thawed: its requests are repeated, and none fails',
    async () => {
      const balancer = getBalancer();
      const [instance] = scene.system.patients as [ManagedProcess];
      const requests = await payWhile('frozen', balancer, async () => {
        await eventually(() => inFlight(instance), { what: `a payment in ${instance.name}` });
        instance.freeze();
        await eventually(
          async () => (await createControl(balancer.control).read())[0]?.observed === 'down',
          { what: 'the balancer to see the frozen instance' },
        );
        instance.thaw();
        await seesAll(balancer);
      });
      expect(describeFailures(requests)).toEqual([]);
      expect(await scene.verdict(requests)).toEqual([]);
    },
    TEST_MS,
  );

  test(
    'control: a balancer that repeats nothing has failed requests',
    async () => {
      const balancer = await startBalancer('none');
      const requests = await payWhile('none', balancer, () =>
        killEach(balancer, scene.system.patients.slice(0, 1)),
      );
      expect(describeFailures(requests)).toContain('502 NO_PATIENTS_INSTANCE');
    },
    TEST_MS,
  );

  /** Kills the instance of a payment after its insert and before its answer. */
  async function payAndKill(
    balancer: BalancerProcess,
    amountMinor: number,
    headers: Record<string, string>,
  ): Promise<{ status: number; rows: number; charges: number }> {
    await seesAll(balancer);
    const ids = async (): Promise<{ id: string; by: string }[]> =>
      (
        await scene.pool.query<{ id: string; by: string }>(
          'SELECT id, accepted_by AS by FROM payment WHERE amount_minor = $1',
          [amountMinor],
        )
      ).rows;
    scene.gateway.freeze();
    const paid = sendInParts(balancer, headers, amountMinor);
    const row = await eventually(async () => (await ids())[0], {
      what: 'the insert',
    });
    const instance = scene.system.process(row.by);
    instance.kill('SIGKILL');
    await instance.exited;
    const restarted = instance.start();
    scene.gateway.thaw();
    const status = await paid;
    await restarted;
    await scene.verdict();
    const made = new Set((await ids()).map(({ id }) => id));
    const charges = (await scene.charges()).filter(({ key }) => made.has(key)).length;
    return { status, rows: made.size, charges };
  }

  test(
    'a payment whose instance dies before the answer: with a key paid once and answered, without a key 502 and paid once',
    async () => {
      const keyed = await payAndKill(getBalancer(), 7_001, { 'idempotency-key': 'dies' });
      expect([keyed.status, keyed.rows, keyed.charges]).toEqual([201, 1, 1]);
      const keyless = await payAndKill(getBalancer(), 7_002, {});
      expect([keyless.status, keyless.rows, keyless.charges]).toEqual([502, 1, 1]);
    },
    TEST_MS,
  );

  test(
    'control: a balancer that repeats everything pays twice without a key',
    async () => {
      const { status, rows, charges } = await payAndKill(await startBalancer('all'), 7_003, {});
      expect([status, rows, charges]).toEqual([201, 2, 2]);
    },
    TEST_MS,
  );
});
