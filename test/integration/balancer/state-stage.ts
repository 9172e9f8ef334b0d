/**
 * A system behind a real balancer for the tests of the states of instances: orders through its
 * monitor, clients through the balancer, and the tests that every balancer must pass.
 */
import { once } from 'node:events';
import { dirname } from 'node:path';
import { get, type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { afterEach, beforeAll, expect, test } from '@jest/globals';
import { balancerCheck } from '../../../cli/doctor/balancer.js';
import { readLocalConfig } from '../../../local/config.js';
import { lockInstallation, readRunning } from '../../../local/installation.js';
import type { BalancerName } from '../../../shared/balancer/pool.js';
import { createControl } from '../../../shared/balancer/open-control.js';
import type { Status } from '../../../shared/contracts/status.js';
import { eventually } from '../../support/eventually.js';
import { startTestSystem, type TestSystem } from '../../support/system.js';

const INSTANCES = ['patients_1', 'patients_2', 'patients_3'];
const NEW_CLIENTS = 9;
export const REASON = { reason: 'new disk' };

interface WhoAmI {
  tag: string;
  sessionViews: number;
}

/** A client that keeps its cookies, with a connection per request: nginx closes kept ones. */
class Client {
  private readonly jar = new Map<string, string>();

  constructor(private readonly url: string) {}

  async ask(): Promise<WhoAmI> {
    const cookie = [...this.jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const request = get(`${this.url}/whoami`, { headers: { cookie }, agent: false });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const body = (await json(response)) as WhoAmI;
    expect(response.statusCode).toBe(200);
    for (const line of response.headers['set-cookie'] ?? []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      this.jar.set(name, value);
    }
    return body;
  }
}

const describeProcess = ({ name, kind, pid, port, url }: TestSystem['processes'][number]) => ({
  ...{ name, kind, pid, port, url },
});

interface OrderAnswer {
  status: number;
  body: Record<string, unknown>;
}

export class StateStage {
  system!: TestSystem;

  constructor(private readonly balancer: BalancerName) {}

  get monitor(): string {
    return this.system.process('monitor_1').url;
  }

  async start(): Promise<void> {
    this.system = await startTestSystem({
      balancer: this.balancer,
      patients: INSTANCES.length,
      replicas: 1,
      gateway: 'simulated',
      supervise: true,
    });
    // nginx has no view of an instance.
    const view = this.balancer === 'nginx' ? 'unknown' : 'up';
    await eventually(
      async () => {
        const { balancer: front, patients } = await this.getStatus();
        const areSeen = patients.every(
          ({ balancer, observed }) => balancer === view && observed === 'alive',
        );
        return front?.answers && areSeen;
      },
      { what: 'the balancer and the monitor see every instance' },
    );
  }

  async order(
    id: string,
    body: object,
    headers: Record<string, string> = this.withToken('operator'),
  ): Promise<OrderAnswer> {
    const response = await fetch(`${this.monitor}/patients/${id}/state`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as OrderAnswer['body'] };
  }

  withToken(name: 'operator' | 'api'): Record<string, string> {
    return { authorization: `Bearer ${this.system.tokens[name]}` };
  }

  /** The headers of an operator's browser in the console. */
  async withSession(): Promise<Record<string, string>> {
    const { monitor: origin } = this;
    const response = await fetch(`${origin}/session`, {
      method: 'POST',
      headers: { origin },
      body: new URLSearchParams({ token: this.system.tokens.operator, name: 'Guard' }),
      redirect: 'manual',
    });
    const cookies = response.headers.getSetCookie().map((line) => line.split(';')[0]);
    const cookie = cookies.join('; ');
    const page = await (await fetch(`${origin}/`, { headers: { cookie } })).text();
    const [, csrf = ''] = /<meta name="csrf" content="([^"]+)"/.exec(page) ?? [];
    return { origin, cookie, 'x-csrf-token': csrf };
  }

  async set(id: string, state: string, headers?: Record<string, string>): Promise<void> {
    expect(await this.order(id, { state, ...REASON }, headers)).toMatchObject({
      status: 200,
      body: { id, admin: state, ...REASON },
    });
  }

  async getStatus(): Promise<Status> {
    return (await (await fetch(`${this.monitor}/status`)).json()) as Status;
  }

  async getAudit(): Promise<object[]> {
    const response = await fetch(`${this.monitor}/audit`, { headers: this.withToken('operator') });
    return ((await response.json()) as { rows: object[] }).rows;
  }

  /** Samples of the monitor with this name, as they are written. */
  async getSamples(name: string): Promise<string[]> {
    const text = await (await fetch(`${this.monitor}/metrics`)).text();
    return text.split('\n').filter((line) => line.startsWith(`${name}{`));
  }

  /** The states in the balancer itself. */
  async readAdmin(): Promise<string[]> {
    if (!this.system.balancer) throw new Error('There is no balancer');
    const states = await createControl(this.system.balancer.control).read();
    return states.map(({ admin }) => admin);
  }

  createClient(): Client {
    return new Client(this.system.balancer?.url ?? '');
  }

  async newClients(): Promise<Set<string>> {
    const answers = Array.from({ length: NEW_CLIENTS }, () => this.createClient().ask());
    return new Set((await Promise.all(answers)).map(({ tag }) => tag));
  }

  /** A client whose session is on this instance. */
  clientOn(name: string): Promise<Client> {
    return eventually(
      async () => {
        const client = this.createClient();
        return (await client.ask()).tag === name ? client : null;
      },
      { what: `a client on ${name}` },
    );
  }

  async restartBalancer(): Promise<void> {
    const { balancer } = this.system;
    const pid = balancer?.pid ?? 0;
    process.kill(pid, 'SIGKILL');
    await eventually(() => balancer?.up && balancer.pid !== pid, {
      what: 'the balancer runs again',
    });
    await eventually(() => this.readAdmin(), { what: 'the balancer answers' });
  }

  /** The levels and subjects of the doctor's findings about the balancer. */
  async examine(): Promise<string[]> {
    const { system } = this;
    const dataDir = dirname(system.balancer?.control.folder ?? '');
    const lock = lockInstallation(dataDir);
    lock.write({ ...system, addresses: {}, processes: system.processes.map(describeProcess) });
    try {
      const env = { RELEVO_DATA: dataDir };
      const running = readRunning(dataDir);
      const findings = await balancerCheck.look({ env, config: readLocalConfig(env), running });
      return findings.map(({ level, subject }) => `${level} ${subject}`);
    } finally {
      lock.release();
    }
  }

  /** A test that failed leaves its states; the next one must not fail because of them. */
  async reset(): Promise<void> {
    const left = (await this.getStatus()).patients.filter(({ admin }) => admin !== 'ready');
    for (const { id } of left) await this.set(id, 'ready');
  }
}

/** Starts a system for the tests of this block, and adds those that every balancer must pass. */
export function testStates(balancer: BalancerName): StateStage {
  const stage = new StateStage(balancer);
  beforeAll(() => stage.start(), 180_000);
  afterEach(() => stage.reset());

  test('drain keeps the clients of an instance, maint moves them with their session, ready ends both', async () => {
    const client = await stage.clientOn('patients_2');
    await stage.set('patients_2', 'drain', await stage.withSession());
    await eventually(async () => !(await stage.newClients()).has('patients_2'), {
      what: 'no new client on the drained instance',
    });
    expect(await client.ask()).toMatchObject({ tag: 'patients_2', sessionViews: 2 });
    await stage.set('patients_2', 'maint');
    const moved = await eventually(
      async () => {
        const answer = await client.ask();
        return answer.tag === 'patients_2' ? null : answer;
      },
      { what: 'the client is on another instance' },
    );
    expect(moved.sessionViews).toBeGreaterThan(2);
    await stage.set('patients_2', 'ready');
    await eventually(async () => (await stage.newClients()).has('patients_2'), {
      what: 'new clients on the instance',
    });
    const rows = (await stage.getAudit()).slice(0, 3);
    expect(rows).toEqual(
      ['ready', 'maint', 'drain'].map((outcome) =>
        expect.objectContaining({ action: 'state', target: 'patients_2', outcome, ...REASON }),
      ),
    );
  });

  test('a killed balancer runs again, and has the states again', async () => {
    await stage.set('patients_2', 'drain');
    await stage.set('patients_3', 'maint');
    await stage.restartBalancer();
    await eventually(async () => (await stage.readAdmin()).join() === 'ready,drain,maint', {
      what: 'the states are set again',
    });
    // A process of the balancer that ends may still accept a client.
    await eventually(async () => [...(await stage.newClients())].join() === 'patients_1', {
      what: 'new clients on the only instance in service',
    });
  });

  test('the last instance stays in service, and the refusal is in the audit', async () => {
    await stage.set('patients_3', 'maint');
    await stage.set('patients_2', 'drain');
    expect(await stage.order('patients_1', { state: 'drain', ...REASON })).toMatchObject({
      status: 409,
      body: { code: 'LAST_INSTANCE' },
    });
    expect(await stage.readAdmin()).toEqual(['ready', 'drain', 'maint']);
    expect((await stage.getAudit())[0]).toMatchObject({
      target: 'patients_1',
      outcome: 'LAST_INSTANCE',
    });
    await stage.set('patients_3', 'ready');
    await stage.set('patients_2', 'ready');
  });

  test('a frozen balancer is shown, and an order meanwhile is not recorded', async () => {
    const before = await stage.getAudit();
    stage.system.balancer?.freeze();
    try {
      await eventually(async () => (await stage.getStatus()).balancer?.answers === false, {
        what: 'the balancer does not answer',
      });
      const { balancer } = (await stage.getStatus()).patients[0] ?? {};
      expect(balancer).toBe('unknown');
      expect((await stage.getSamples('relevo_balancer_up')).join()).toMatch(/ 0$/);
      expect(await stage.getSamples('relevo_balancer_instance_up')).toEqual([]);
      expect(await stage.examine()).toContain('problem balancer');
      expect(await stage.order('patients_1', { state: 'drain', ...REASON })).toMatchObject({
        status: 503,
        body: { code: 'UNAVAILABLE', detail: 'The balancer does not answer; nothing was changed' },
      });
    } finally {
      stage.system.balancer?.thaw();
    }
    await eventually(async () => (await stage.getStatus()).balancer?.answers === true, {
      what: 'the balancer answers again',
    });
    expect((await stage.getStatus()).patients[0]).toMatchObject({ admin: 'ready' });
    expect(await stage.getAudit()).toEqual(before);
  });

  return stage;
}
