/**
 * The states of instances behind a real HAProxy, set through a monitor: clients stay or move, the
 * record survives a killed balancer, and wrong orders change nothing.
 */
import { afterEach, beforeAll, expect, test } from '@jest/globals';
import type { Status } from '../../../shared/contracts/status.js';
import { createControl } from '../../../shared/balancer/open-control.js';
import { eventually } from '../../support/eventually.js';
import { startTestSystem, type TestSystem } from '../../support/system.js';
import { describeWith } from '../../support/tools.js';

const ALL = ['patients_1', 'patients_2', 'patients_3'];
const NEW_CLIENTS = 9;
const REASON = { reason: 'new disk' };

interface WhoAmI {
  tag: string;
  sessionViews: number;
}

/** A client that keeps its cookies. */
class Client {
  private readonly jar = new Map<string, string>();

  constructor(private readonly url: string) {}

  async ask(): Promise<WhoAmI> {
    const cookie = [...this.jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(`${this.url}/whoami`, { headers: { cookie } });
    expect(response.status).toBe(200);
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      this.jar.set(name, value);
    }
    return (await response.json()) as WhoAmI;
  }
}

describeWith('balancers', 'the states of instances', () => {
  let system: TestSystem;
  let monitor: string;
  let front: string;

  const order = async (
    id: string,
    body: object,
    token: string = system.tokens.operator,
  ): Promise<{ status: number; body: Record<string, unknown> }> => {
    const response = await fetch(`${monitor}/patients/${id}/state`, {
      method: 'POST',
      headers: { 'authorization': `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return {
      status: response.status,
      body: (await response.json()) as Record<string, unknown>,
    };
  };
  const set = async (id: string, state: string): Promise<void> =>
    expect(await order(id, { state, ...REASON })).toMatchObject({
      status: 200,
      body: { id, admin: state, ...REASON },
    });
  const getStatus = async (): Promise<Status> =>
    (await (await fetch(`${monitor}/status`)).json()) as Status;
  const getAudit = async (): Promise<object[]> => {
    const headers = { authorization: `Bearer ${system.tokens.operator}` };
    const response = await fetch(`${monitor}/audit`, { headers });
    return ((await response.json()) as { rows: object[] }).rows;
  };
  /** What HAProxy itself says. */
  const readAdmin = async (): Promise<string[]> => {
    if (!system.balancer) throw new Error('There is no balancer');
    return (await createControl(system.balancer.control).read()).map(({ admin }) => admin);
  };
  const newClients = async (): Promise<Set<string>> => {
    const answers = Array.from({ length: NEW_CLIENTS }, () => new Client(front).ask());
    return new Set((await Promise.all(answers)).map(({ tag }) => tag));
  };
  /** A client whose session is on this instance. */
  const clientOn = (name: string): Promise<Client> =>
    eventually(
      async () => {
        const client = new Client(front);
        return (await client.ask()).tag === name ? client : null;
      },
      { what: `a client on ${name}` },
    );
  const restartBalancer = async (): Promise<void> => {
    const pid = system.balancer?.pid ?? 0;
    process.kill(pid, 'SIGKILL');
    await eventually(() => system.balancer?.up && system.balancer.pid !== pid, {
      what: 'the balancer runs again',
    });
    await eventually(readAdmin, { what: 'the balancer answers' });
  };

  beforeAll(async () => {
    system = await startTestSystem({
      balancer: 'haproxy',
      patients: ALL.length,
      replicas: 1,
      gateway: 'simulated',
      supervise: true,
    });
    monitor = system.process('monitor_1').url;
    front = system.balancer?.url ?? '';
    await eventually(
      async () =>
        (await getStatus()).patients.every(
          ({ balancer, observed }) => balancer === 'up' && observed === 'alive',
        ),
      { what: 'the balancer and the monitor see every instance' },
    );
  }, 180_000);

  // A test that failed leaves its states; the next one must not fail because of them.
  afterEach(async () => {
    const left = (await getStatus()).patients.filter(({ admin }) => admin !== 'ready');
    for (const { id } of left) await set(id, 'ready');
  });

  test('drain keeps the clients of an instance, maint moves them with their session, ready ends both', async () => {
    const client = await clientOn('patients_2');
    await set('patients_2', 'drain');
    expect(await client.ask()).toEqual(
      expect.objectContaining({ tag: 'patients_2', sessionViews: 2 }),
    );
    expect(await newClients()).toEqual(new Set(['patients_1', 'patients_3']));
    await set('patients_2', 'maint');
    const moved = await client.ask();
    expect(moved).toMatchObject({ sessionViews: 3 });
    expect(moved.tag).not.toBe('patients_2');
    await set('patients_2', 'ready');
    await eventually(async () => (await newClients()).has('patients_2'), {
      what: 'new clients on the instance',
    });
    const rows = (await getAudit()).slice(0, 3);
    expect(rows).toEqual(
      ['ready', 'maint', 'drain'].map((outcome) =>
        expect.objectContaining({ action: 'state', target: 'patients_2', outcome, ...REASON }),
      ),
    );
  }, 60_000);

  test('the status shows the record, the view of the monitor and the view of the balancer', async () => {
    await set('patients_3', 'maint');
    const { balancer, patients } = await getStatus();
    expect(balancer).toEqual({ name: 'haproxy', answers: true });
    expect(patients[2]).toMatchObject({
      admin: 'maint',
      adminReason: REASON.reason,
      adminSince: expect.any(String) as unknown,
      observed: 'alive',
      balancer: 'unknown',
    });
    expect(patients[0]).toMatchObject({ admin: 'ready', adminSince: null, balancer: 'up' });
    await set('patients_3', 'ready');
  });

  test('a killed balancer has the states again; while the monitor is stopped, it has not', async () => {
    await set('patients_2', 'drain');
    const { pid } = system.process('monitor_1');
    process.kill(pid ?? 0, 'SIGSTOP');
    try {
      await restartBalancer();
      expect(await readAdmin()).toEqual(['ready', 'ready', 'ready']);
    } finally {
      process.kill(pid ?? 0, 'SIGCONT');
    }
    await eventually(async () => (await readAdmin())[1] === 'drain', {
      what: 'the instance is drained again',
      deadlineMs: 10_000,
    });
    await restartBalancer();
    await eventually(async () => (await readAdmin())[1] === 'drain', {
      what: 'the instance is drained again',
      deadlineMs: 10_000,
    });
    await set('patients_2', 'ready');
  }, 60_000);

  test('the last instance stays in service, and the refusal is in the audit', async () => {
    await set('patients_1', 'maint');
    await set('patients_2', 'drain');
    expect(await order('patients_3', { state: 'drain', ...REASON })).toMatchObject({
      status: 409,
      body: { code: 'LAST_INSTANCE' },
    });
    expect(await readAdmin()).toEqual(['maint', 'drain', 'ready']);
    expect((await getAudit())[0]).toMatchObject({ target: 'patients_3', outcome: 'LAST_INSTANCE' });
    await set('patients_1', 'ready');
    await set('patients_2', 'ready');
  });

  test.each<[string, string, object, 'operator' | 'api', number, string]>([
    ['an unknown instance', 'patients_9', {}, 'operator', 404, 'INSTANCE_NOT_FOUND'],
    ['a replica', 'server_1', {}, 'operator', 404, 'INSTANCE_NOT_FOUND'],
    ['an unknown state', 'patients_1', { state: 'off' }, 'operator', 400, 'VALIDATION_FAILED'],
    ['no reason', 'patients_1', { reason: ' ' }, 'operator', 400, 'VALIDATION_FAILED'],
    ['another member', 'patients_1', { weight: 1 }, 'operator', 400, 'VALIDATION_FAILED'],
    ['the token of a client', 'patients_1', {}, 'api', 403, 'FORBIDDEN'],
  ])('%s is refused and changes nothing', async (_what, id, change, token, status, code) => {
    const before = await getAudit();
    const body = { state: 'drain', ...REASON, ...change };
    expect(await order(id, body, system.tokens[token])).toMatchObject({ status, body: { code } });
    expect(await readAdmin()).toEqual(['ready', 'ready', 'ready']);
    expect(await getAudit()).toEqual(before);
  });

  test('a frozen balancer is shown, and an order meanwhile is not recorded', async () => {
    const before = await getAudit();
    system.balancer?.freeze();
    try {
      await eventually(async () => (await getStatus()).balancer?.answers === false, {
        what: 'the balancer does not answer',
      });
      const { balancer } = (await getStatus()).patients[0] ?? {};
      expect(balancer).toBe('unknown');
      expect(await order('patients_1', { state: 'drain', ...REASON })).toMatchObject({
        status: 503,
        body: { code: 'UNAVAILABLE', detail: 'The balancer does not answer; nothing was changed' },
      });
    } finally {
      system.balancer?.thaw();
    }
    await eventually(async () => (await getStatus()).balancer?.answers === true, {
      what: 'the balancer answers again',
    });
    expect((await getStatus()).patients[0]).toMatchObject({ admin: 'ready' });
    expect(await getAudit()).toEqual(before);
  }, 60_000);
});
