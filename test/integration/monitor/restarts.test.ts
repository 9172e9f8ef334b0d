/**
 * The routes of the rolling restart: a monitor with the control of `npm start`, whose steps are
 * replaced, and one without. The real steps are in test/process/rolling-restart.test.ts.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { startControlServer, type ControlServer } from '../../../local/rolling/control-server.js';
import { Restarts } from '../../../local/rolling/restarts.js';
import type { System } from '../../../local/system.js';
import type { RunningMonitor } from '../../../monitor/start.js';
import type { RestartRecord } from '../../../shared/contracts/rolling-restart.js';
import { eventually } from '../../support/eventually.js';
import { call, CALM, Hospital } from './support.js';

const TOKENS = { api: 'api', operator: 'operator', internal: 'internal' };
const ORDER = { reason: 'new version' };

describe('the routes of the rolling restart', () => {
  let hospital: Hospital;
  let monitor: RunningMonitor;
  let alone: RunningMonitor;
  let control: ControlServer;
  let restarts: Restarts | null = null;
  /** Ends the step in progress. */
  let endStep = (_problem?: string): void => undefined;

  const get = (path: string, token?: string, of = monitor) => call(of, 'GET', path, token);
  const start = (body: unknown = ORDER, token = 'operator', of = monitor) =>
    call(of, 'POST', '/restarts', token, body);
  const readCurrent = async (): Promise<RestartRecord | null> =>
    (await get('/restarts/current', 'operator')).body['restart'] as RestartRecord | null;

  const openRestarts = (url: string): Restarts => {
    const replicas = hospital.replicas.map(({ id }) => ({ name: id }));
    const system = {
      ...{ tokens: TOKENS, databaseUrl: hospital.database.url, patients: [], replicas },
      ...{ monitors: [{ name: 'monitor_1', url }], gateway: null, balancer: null },
    } as unknown as System;
    return new Restarts({
      system,
      perform: () =>
        new Promise((resolve, reject) => {
          endStep = (problem) => (problem ? reject(new Error(problem)) : resolve());
        }),
    });
  };

  beforeAll(async () => {
    control = await startControlServer(() => restarts, TOKENS);
    hospital = await Hospital.open();
    const [first, second] = await hospital.plan(2);
    if (!first || !second) throw new Error('no place');
    monitor = await hospital.startMonitor(first, { ...CALM, SUPERVISOR_URL: control.url });
    alone = await hospital.startMonitor(second, CALM);
  });
  afterAll(async () => {
    endStep();
    await restarts?.end();
    control.close();
    await hospital.close();
  });

  test('without a supervisor every route refuses; an address of another machine is refused', async () => {
    const answers = [
      await get('/restarts/plan', 'operator', alone),
      await get('/restarts/current', 'operator', alone),
      await start(ORDER, 'operator', alone),
    ];
    const elsewhere = { SUPERVISOR_URL: 'http://10.0.0.1:4000' };
    expect(() => hospital.config('monitor_1', 1, elsewhere)).toThrow(/SUPERVISOR_URL must be/);
    expect(answers.map(({ status, body }) => [status, body['code']])).toEqual(
      answers.map(() => [409, 'NO_SUPERVISOR']),
    );
  });

  test('only an operator may read, plan and start', async () => {
    for (const token of [undefined, 'api', 'internal']) {
      const expected = token === undefined ? 401 : 403;
      expect((await get('/restarts/plan', token)).status).toBe(expected);
      expect((await get('/restarts/current', token)).status).toBe(expected);
      expect((await call(monitor, 'POST', '/restarts', token, ORDER)).status).toBe(expected);
    }
  });

  test('a supervisor that starts is unavailable; a wrong reason is refused', async () => {
    expect(await get('/restarts/plan', 'operator')).toMatchObject({
      status: 503,
      body: { code: 'UNAVAILABLE', detail: 'The system starts' },
    });
    for (const body of [{}, { reason: ' ' }, { reason: 'x'.repeat(401) }, { ...ORDER, actor: 'x' }])
      expect((await start(body)).body['code']).toBe('VALIDATION_FAILED');
  });

  test('the plan changes nothing; a restart runs step by step, and a second one is refused', async () => {
    const { port } = monitor.server.address() as AddressInfo;
    restarts = openRestarts(`http://127.0.0.1:${port}`);
    const plan = await get('/restarts/plan', 'operator');
    expect((plan.body['steps'] as { name: string }[]).map(({ name }) => name)).toEqual([
      ...['server_1', 'server_2', 'server_3', 'monitor_1'],
    ]);
    expect(await readCurrent()).toBeNull();
    const begun = await start();
    expect(begun).toMatchObject({ status: 202, body: { state: 'running', ...ORDER } });
    expect(await start()).toMatchObject({ status: 409, body: { code: 'RESTART_IN_PROGRESS' } });
    endStep();
    await eventually(async () => (await readCurrent())?.steps[1]?.state === 'running', {
      what: 'the second step',
    });
    endStep('port 5002 is taken');
    const ended = await eventually(
      async () => {
        const record = await readCurrent();
        return record?.state === 'running' ? null : record;
      },
      { what: 'the end' },
    );
    expect(ended.state).toBe('failed');
    expect(ended.steps.map(({ state, problem }) => [state, problem])).toEqual([
      ['done', null],
      ['failed', 'port 5002 is taken'],
      ['skipped', null],
      ['skipped', null],
    ]);
    const database = new pg.Client({ connectionString: hospital.database.url });
    await database.connect();
    const { rows } = await database.query(`SELECT actor, reason, outcome FROM audit`);
    await database.end();
    expect(rows).toEqual([{ actor: 'operator', ...ORDER, outcome: 'failed at server_2' }]);
  });

  test('a supervisor that does not answer is unavailable', async () => {
    control.close();
    expect(await get('/restarts/current', 'operator')).toMatchObject({
      status: 503,
      body: { code: 'UNAVAILABLE' },
    });
  });
});
