/**
 * A rolling restart of a whole system behind HAProxy, under payments and sessions. Aim: no request
 * fails, no session is lost, and every process of a service is a new one.
 */
import type { RestartRecord } from '../../shared/contracts/rolling-restart.js';
import { createPaymentClient } from '../../experiments/traffic/client.js';
import { runTraffic } from '../../experiments/traffic/traffic.js';
import type { RequestRecord } from '../../experiments/record/history.js';
import { COMMANDS } from '../../cli/commands/index.js';
import type { Context } from '../../cli/command.js';
import { runWords } from '../../cli/program.js';
import { startControlServer, type ControlServer } from '../../local/rolling/control-server.js';
import { Restarts } from '../../local/rolling/restarts.js';
import { performStep } from '../../local/rolling/perform.js';
import { createControl } from '../../shared/balancer/open-control.js';
import { DEFAULT_CHECK } from '../../shared/balancer/pool.js';
import { sleep } from '../../shared/clock.js';
import { seededRandom } from '../../shared/random.js';
import { describeWith } from '../support/tools.js';
import { fakeTerminal } from '../support/fake-terminal.js';
import { PATIENCE_MS, TEST_MS } from './patience.js';
import { Scene } from './scene.js';

const RATE_PER_SEC = 30;
const SESSIONS = 6;
const PAUSE_MS = 50;
/** Longer than HAProxy's control waits for the requests of an instance before its maintenance. */
const SLOW_MS = 8_000;
/** A starved machine is silent for longer than HAProxy waits for a check in the product (2 s). */
const CHECK = { ...DEFAULT_CHECK, timeoutMs: PATIENCE_MS };

let scene: Scene;
let restarts: Restarts;
let control: ControlServer;

const address = (): string => scene.system.balancer?.url ?? '';

interface SessionLog {
  views: number;
  /** Failed requests and lost sessions, in words. */
  failures: string[];
}

/**
 * A payment without a key, which the balancer must not repeat: it fails when the instance of the
 * cookie stops while it waits.
 */
async function payOnce(cookie: string): Promise<number> {
  const body = { patientId: scene.patients[0], amountMinor: 100, currency: 'USD' };
  const headers = {
    'cookie': cookie,
    'content-type': 'application/json',
    'authorization': `Bearer ${scene.system.tokens.api}`,
    'prefer': 'wait=20',
  };
  const options = { method: 'POST', headers, body: JSON.stringify(body) };
  const response = await fetch(`${address()}/api/payments`, options).catch(() => null);
  await response?.arrayBuffer().catch(() => null);
  return response?.status ?? 0;
}

/** Visits and pays through the balancer until it is stopped, as one browser with cookies. */
async function visit(stop: AbortSignal): Promise<SessionLog> {
  const log: SessionLog = { views: 0, failures: [] };
  const cookies = new Map<string, string>();
  let id: string | null = null;
  while (!stop.aborted) {
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
    const paid = await payOnce(cookie);
    if (paid !== 201) log.failures.push(`payment without a key: ${paid}`);
    const response = await fetch(`${address()}/whoami`, { headers: { cookie } }).catch(() => null);
    const body = (await response?.json().catch(() => null)) as {
      id: string;
      sessionViews: number;
    } | null;
    for (const line of response?.headers.getSetCookie() ?? []) {
      const [name = '', value = ''] = (line.split(';')[0] ?? '').split('=');
      cookies.set(name, value);
    }
    if (response?.status !== 200 || !body) log.failures.push(`${response?.status ?? 'no answer'}`);
    else {
      if (body.id !== (id ?? body.id) || body.sessionViews <= log.views)
        log.failures.push('the session is lost');
      id = body.id;
      log.views = body.sessionViews;
    }
    await sleep(PAUSE_MS);
  }
  return log;
}

/** Pays and visits while `act` runs. */
async function underLoad(
  act: () => Promise<void>,
): Promise<{ payments: RequestRecord[]; sessions: SessionLog[] }> {
  const client = createPaymentClient([address()], scene.system.tokens.api, PATIENCE_MS);
  const payments: RequestRecord[] = [];
  const [stop, never] = [new AbortController(), new AbortController()];
  const paid = runTraffic('open', {
    client,
    name: 'rolling',
    trial: 1,
    patients: scene.patients,
    random: seededRandom(1, 'rolling'),
    count: Infinity,
    ratePerSec: RATE_PER_SEC,
    signal: never.signal,
    stop: stop.signal,
    onRecord: (record) => payments.push(record),
  });
  const visits = Promise.all(Array.from({ length: SESSIONS }, () => visit(stop.signal)));
  try {
    await act();
  } finally {
    stop.abort();
    await paid;
    client.close();
  }
  return { payments, sessions: await visits };
}

/** Runs `relevo` against the control. @returns the exit code and the output. */
async function relevo(...words: string[]): Promise<{ exitCode: number; output: string }> {
  const terminal = fakeTerminal();
  const { tokens } = scene.system;
  const context = {
    terminal,
    interruption: new AbortController().signal,
    target: () => ({
      local: { running: {}, system: { control: control.url } },
      token: () => tokens.operator,
    }),
  } as unknown as Context;
  const { exitCode } = await runWords(words, COMMANDS, context);
  return { exitCode, output: terminal.outputs.join('\n') };
}

async function ask(path: string, options: RequestInit = {}): Promise<[number, string]> {
  const response = await fetch(control.url + path, {
    headers: {
      'authorization': `Bearer ${scene.system.tokens.operator}`,
      'content-type': 'application/json',
    },
    ...options,
  });
  return [response.status, ((await response.json()) as { code?: string }).code ?? ''];
}

const post = (body: unknown): Promise<[number, string]> =>
  ask('/restarts', { method: 'POST', body: JSON.stringify(body) });

describeWith('balancers', 'a rolling restart', () => {
  beforeAll(async () => {
    scene = await Scene.open({
      ...{ patients: 3, replicas: 2, monitors: 1, balancer: 'haproxy' },
      pool: { check: CHECK },
    });
    restarts = new Restarts({ system: scene.system });
    control = await startControlServer(() => restarts, scene.system.tokens);
  }, TEST_MS);
  afterAll(async () => {
    control?.close();
    await restarts?.end();
    await scene?.close();
  }, TEST_MS);

  test('the control refuses a wrong token, a wrong body and an unknown address', async () => {
    const { api } = scene.system.tokens;
    const withApi = { headers: { authorization: `Bearer ${api}` } };
    expect(await ask('/restarts/plan', { headers: {} })).toEqual([401, 'UNAUTHENTICATED']);
    expect(await ask('/nothing', { headers: {} })).toEqual([401, 'UNAUTHENTICATED']);
    expect(await ask('/restarts/plan', withApi)).toEqual([403, 'FORBIDDEN']);
    expect(await ask('/nothing')).toEqual([404, 'NOT_FOUND']);
    expect(await ask('/restarts/current')).toEqual([404, 'NOT_FOUND']);
    expect(await post({ reason: '' })).toEqual([400, 'VALIDATION_FAILED']);
    expect(await post({ reason: 'x'.repeat(401) })).toEqual([400, 'VALIDATION_FAILED']);
    expect(await post({ reason: 'x'.repeat(10_000) })).toEqual([413, 'BODY_TOO_LARGE']);
    expect(restarts.current).toBeNull();
  });

  test('--dry-run prints the steps and changes nothing', async () => {
    const before = scene.system.pids();
    const { exitCode, output } = await relevo('restart', '--rolling', '--dry-run');
    expect([exitCode, restarts.current]).toEqual([0, null]);
    expect(output).toMatch(/1 +patients_1 +about \S+ s +drain, maint, restart, ready/);
    expect(scene.system.pids()).toEqual(before);
  });

  test('without --rolling it is a wrong argument', async () => {
    await expect(relevo('restart')).rejects.toMatchObject({ exitCode: 4 });
  });

  test(
    'under load: no request fails, no session is lost, every service is a new process',
    async () => {
      const { system } = scene;
      const before = system.pids();
      const balancer = system.balancer;
      if (!balancer) throw new Error('no balancer');
      const states = createControl(balancer.control);
      await states.set('patients_3', 'maint');
      let second: [number, string] | null = null;
      const { payments, sessions } = await underLoad(async () => {
        const restarted = relevo('restart', '--rolling', '--yes', '--json');
        while (restarts.current === null) await sleep(PAUSE_MS);
        second = await post({ reason: 'second' });
        const { exitCode, output } = await restarted;
        const { state, steps } = JSON.parse(output) as RestartRecord;
        const problems = steps.flatMap(({ name, problem }) => (problem ? [name, problem] : []));
        expect({ exitCode, state, problems }).toEqual({ exitCode: 0, state: 'done', problems: [] });
      });
      expect(second).toEqual([409, 'RESTART_IN_PROGRESS']);
      const failed = payments.filter(({ httpStatus }) => (httpStatus ?? 0) >= 300 || !httpStatus);
      expect(failed).toEqual([]);
      expect(sessions.flatMap(({ failures }) => failures)).toEqual([]);
      const kept = Object.keys(before).filter((name) => system.pids()[name] === before[name]);
      expect(kept.sort()).toEqual(['haproxy', 'postgres', 'redis']);
      expect((await states.read()).map(({ admin }) => admin)).toEqual(['ready', 'ready', 'maint']);
      expect(await scene.verdict(payments)).toEqual([]);
      const { rows } = await scene.pool.query(
        `SELECT reason, outcome FROM audit WHERE action = 'rolling restart'`,
      );
      expect(rows).toEqual([{ reason: 'no reason given', outcome: 'done' }]);
    },
    TEST_MS,
  );

  test(
    'an instance completes slow payments without a key before it stops',
    async () => {
      const { system } = scene;
      if (!system.balancer) throw new Error('no balancer');
      const states = createControl(system.balancer.control);
      await scene.gatewayFaults({ slowMs: SLOW_MS });
      const only = new Restarts({
        system,
        perform: async (performing, step, signal) => {
          if (step.name === 'patients_1') await performStep(performing, step, signal);
        },
      });
      const paid = [payOnce('relevo_instance=patients_1')];
      await only.start('slow payments');
      while (only.current?.state === 'running') {
        const [{ admin } = { admin: null }] = await states.read();
        if (admin === 'drain') paid.push(payOnce('relevo_instance=patients_1'));
        await sleep(20 * PAUSE_MS);
      }
      await only.end();
      expect(only.current?.state).toBe('done');
      expect(paid.length).toBeGreaterThan(1);
      const failed = (await Promise.all(paid)).filter((status) => status < 200 || status >= 300);
      expect(failed).toEqual([]);
      await scene.gatewayFaults({});
    },
    TEST_MS,
  );
});
