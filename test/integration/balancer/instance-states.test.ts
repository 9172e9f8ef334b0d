/**
 * The states of instances, set through a monitor: with every balancer clients stay or move and the
 * record survives a killed balancer; with HAProxy also wrong orders and a frozen balancer.
 */
import { expect, test } from '@jest/globals';
import { performStep } from '../../../local/rolling/perform.js';
import { Restarts } from '../../../local/rolling/restarts.js';
import { eventually } from '../../support/eventually.js';
import { describeWith } from '../../support/tools.js';
import { REASON, testStates } from './state-stage.js';

describeWith('balancers', 'the states of instances behind Apache httpd', () => {
  testStates('apache');
});

describeWith('balancers', 'the states of instances behind nginx', () => {
  testStates('nginx');
});

describeWith('balancers', 'the states of instances behind HAProxy', () => {
  const stage = testStates('haproxy');

  test('the status shows the record, the view of the monitor and the view of the balancer', async () => {
    await stage.set('patients_3', 'maint');
    const { balancer, patients } = await stage.getStatus();
    expect(balancer).toEqual({ name: 'haproxy', answers: true });
    expect(patients[2]).toMatchObject({
      admin: 'maint',
      adminReason: REASON.reason,
      adminSince: expect.any(String) as unknown,
      observed: 'alive',
      balancer: 'unknown',
    });
    expect(patients[0]).toMatchObject({ admin: 'ready', adminSince: null, balancer: 'up' });
    const states = await stage.getSamples('relevo_instance_state');
    expect(states.filter((line) => line.endsWith(' 1')).join()).toMatch(
      /patients_1",state="ready"[^]*patients_2",state="ready"[^]*patients_3",state="maint"/,
    );
    expect((await stage.getSamples('relevo_balancer_instance_up')).join()).toMatch(
      /patients_1"[^ ]* 1,[^]*patients_2"[^ ]* 1$/,
    );
    // The doctor waits a second for the balancer, and a busy machine may be slower once.
    await eventually(
      async () => {
        expect(await stage.examine()).toEqual(['ok balancers', 'ok balancer', 'ok instances']);
        return true;
      },
      { what: 'the doctor finds no problem' },
    );
    await stage.set('patients_3', 'ready');
  });

  test('control: while the monitor is stopped, a killed balancer has no states', async () => {
    await stage.set('patients_2', 'drain');
    const { pid } = stage.system.process('monitor_1');
    process.kill(pid ?? 0, 'SIGSTOP');
    try {
      await stage.restartBalancer();
      expect(await stage.readAdmin()).toEqual(['ready', 'ready', 'ready']);
    } finally {
      process.kill(pid ?? 0, 'SIGCONT');
    }
    await eventually(async () => (await stage.readAdmin())[1] === 'drain', {
      what: 'the instance is drained again',
    });
    await stage.set('patients_2', 'ready');
  });

  test.each<[string, string, object, 'operator' | 'api', number, string]>([
    ['an unknown instance', 'patients_9', {}, 'operator', 404, 'INSTANCE_NOT_FOUND'],
    ['a replica', 'server_1', {}, 'operator', 404, 'INSTANCE_NOT_FOUND'],
    ['an unknown state', 'patients_1', { state: 'off' }, 'operator', 400, 'VALIDATION_FAILED'],
    ['no reason', 'patients_1', { reason: ' ' }, 'operator', 400, 'VALIDATION_FAILED'],
    ['another member', 'patients_1', { weight: 1 }, 'operator', 400, 'VALIDATION_FAILED'],
    ['the token of a client', 'patients_1', {}, 'api', 403, 'FORBIDDEN'],
  ])('%s is refused and changes nothing', async (_what, id, change, token, status, code) => {
    const before = await stage.getAudit();
    const body = { state: 'drain', ...REASON, ...change };
    expect(await stage.order(id, body, stage.withToken(token))).toMatchObject({
      status,
      body: { code },
    });
    expect(await stage.readAdmin()).toEqual(['ready', 'ready', 'ready']);
    expect(await stage.getAudit()).toEqual(before);
  });

  test('a state with an end ends, in the record and in the balancer', async () => {
    const until = new Date(Date.now() + 10_000).toISOString();
    const body = { state: 'maint', ...REASON, until };
    expect(await stage.order('patients_2', body)).toMatchObject({ status: 200, body: { until } });
    expect(await stage.readAdmin()).toEqual(['ready', 'maint', 'ready']);
    await eventually(async () => (await stage.readAdmin())[1] === 'ready', {
      what: 'the balancer gives it clients again',
    });
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(until));
    await eventually(async () => (await stage.getStatus()).patients[1]?.adminUntil === null, {
      what: 'the end in the status',
    });
  });

  test('a state that an operator sets during a rolling restart stays', async () => {
    const restarts = new Restarts({
      system: stage.system,
      perform: async (performing, step, signal) => {
        if (step.name === 'patients_2') await performStep(performing, step, signal);
      },
    });
    await restarts.start('new version');
    await eventually(async () => (await stage.readAdmin())[1] === 'maint', {
      what: 'the restart has taken the instance out of service',
    });
    await stage.set('patients_2', 'drain');
    await eventually(() => restarts.current?.state !== 'running', {
      what: 'the end of the restart',
    });
    expect(restarts.current?.state).toBe('done');
    expect(await stage.readAdmin()).toEqual(['ready', 'drain', 'ready']);
    expect((await stage.getStatus()).patients[1]).toMatchObject({ adminReason: REASON.reason });
  });

  test('an instance that a killed rolling restart left out of service is released, one of an operator is not', async () => {
    const reason = 'rolling restart 3f2a91c0: new version';
    expect((await stage.order('patients_2', { state: 'maint', reason })).status).toBe(200);
    await stage.set('patients_3', 'drain');
    const notices: string[] = [];
    const onNotice = (text: string): void => void notices.push(text);
    await new Restarts({ system: stage.system, onNotice }).releaseDrains();
    expect(notices).toEqual([expect.stringMatching(/^patients_2 is ready again: /)]);
    expect(await stage.readAdmin()).toEqual(['ready', 'ready', 'drain']);
  });
});
