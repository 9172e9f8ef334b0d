/**
 * The switch of the acceptance at a monitor: it needs the operator token, is stored with an audit
 * row, and shows in the status of every monitor and as an alert until it is resumed.
 */
import type { Status } from '../../../shared/contracts/status.js';
import type { RunningMonitor } from '../../../monitor/start.js';
import { createTestPool } from '../../support/pool.js';
import { eventually } from '../../support/eventually.js';
import { call, CALM, Hospital } from './support.js';

describe('the switch of the acceptance', () => {
  let hospital: Hospital;
  let monitors: RunningMonitor[];

  beforeAll(async () => {
    hospital = await Hospital.open();
    monitors = [];
    for (const place of await hospital.plan(2))
      monitors.push(await hospital.startMonitor(place, CALM));
  });
  afterAll(() => hospital.close());

  const set = (accepting: unknown, reason: string, token?: string) =>
    call(monitors[0] as RunningMonitor, 'POST', '/accepting', token, { accepting, reason });
  /** A busy PostgreSQL may answer too late; then the order is repeated. */
  const turn = (accepting: boolean, reason: string): Promise<unknown> =>
    eventually(
      async () => {
        const { status, body } = await set(accepting, reason, 'operator');
        return status === 200 ? body : null;
      },
      { what: 'the switch' },
    );
  const read = async (monitor: RunningMonitor): Promise<Status['acceptance']> =>
    (await call(monitor, 'GET', '/status')).body['acceptance'] as Status['acceptance'];
  const openAlerts = async (): Promise<string[]> => {
    const { body } = await call(monitors[1] as RunningMonitor, 'GET', '/alerts/open');
    return (body['open'] as { rule: string; text: string }[]).map(
      ({ rule, text }) => `${rule}: ${text}`,
    );
  };

  test('stop and resume show in the status of every monitor, as an alert, and in the audit', async () => {
    const pool = createTestPool(hospital.database.url);
    try {
      expect(await turn(false, 'bank maintenance')).toMatchObject({
        accepting: false,
        reason: 'bank maintenance',
      });
      for (const monitor of monitors)
        await eventually(async () => (await read(monitor))?.accepting === false, {
          what: 'the stop in the status',
        });
      await eventually(
        async () =>
          (await openAlerts()).includes(
            'RelevoNotAccepting: New payments are stopped: bank maintenance',
          ),
        { what: 'the alert' },
      );
      expect(await turn(true, 'the bank is back')).toMatchObject({ accepting: true });
      for (const monitor of monitors)
        await eventually(async () => (await read(monitor))?.accepting === true, {
          what: 'the resumption in the status',
        });
      await eventually(
        async () => !(await openAlerts()).some((alert) => alert.startsWith('RelevoNotAccepting')),
        { what: 'the end of the alert' },
      );
      const text = `SELECT DISTINCT ON (action) action, target, reason, outcome FROM audit WHERE target = 'new payments' ORDER BY action DESC`;
      expect((await pool.query(text)).rows).toEqual([
        {
          action: 'stop',
          target: 'new payments',
          reason: 'bank maintenance',
          outcome: 'not accepted',
        },
        {
          action: 'resume',
          target: 'new payments',
          reason: 'the bank is back',
          outcome: 'accepted again',
        },
      ]);
    } finally {
      await pool.end();
    }
  });

  test('needs the operator token, a boolean and a reason; a refused call changes nothing', async () => {
    const before = await read(monitors[0] as RunningMonitor);
    expect((await set(false, 'x')).status).toBe(401);
    expect((await set(false, 'x', 'api')).status).toBe(403);
    expect((await set('no', 'x', 'operator')).status).toBe(400);
    expect((await set(false, ' ', 'operator')).status).toBe(400);
    expect((await set(false, 'x'.repeat(501), 'operator')).status).toBe(400);
    expect(await read(monitors[0] as RunningMonitor)).toEqual(before);
  });
});
