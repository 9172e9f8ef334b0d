/**
 * A monitor with configured patients instances shows whether they answer: up, stopped, restarted;
 * anonymous readers see no addresses.
 */
import { createServer, type Server } from 'node:http';
import { freePort } from '../../../local/processes/ports.js';
import type { InstanceStatus } from '../../../shared/contracts/status.js';
import type { RunningMonitor } from '../../../monitor/start.js';
import { eventually } from '../../support/eventually.js';
import { call, CALM, Hospital } from './support.js';

describe('the patients instances in the status', () => {
  let hospital: Hospital;
  let monitor: RunningMonitor;
  let port: number;
  let server: Server | null = null;
  const asked: string[] = [];

  beforeAll(async () => {
    hospital = await Hospital.open();
    port = await freePort();
    const nobody = await freePort();
    await listen();
    const [place] = await hospital.plan(1);
    const PATIENTS = `patients_1=http://127.0.0.1:${port},patients_2=http://127.0.0.1:${nobody}`;
    monitor = await hospital.startMonitor(place as { id: string; port: number }, {
      ...CALM,
      PATIENTS,
    });
  });
  afterAll(async () => {
    await hospital.close();
    await stop();
  });

  async function listen(): Promise<void> {
    const made = createServer((request, response) => {
      asked.push(
        `${request.method} ${request.url} ${request.headers.authorization ?? 'without a token'}`,
      );
      response.end('{"status":"ok"}');
    });
    await new Promise<void>((resolve) => made.listen(port, '127.0.0.1', resolve));
    server = made;
  }

  async function stop(): Promise<void> {
    const closed = new Promise((resolve) => server?.close(resolve) ?? resolve(null));
    server?.closeAllConnections();
    await closed;
    server = null;
  }

  const shown = async (token?: string): Promise<InstanceStatus[]> =>
    (await call(monitor, 'GET', '/status', token)).body['patients'] as InstanceStatus[];
  const becomes = (observed: string): Promise<InstanceStatus> =>
    eventually(
      async () =>
        (await shown()).find(({ id, observed: now }) => id === 'patients_1' && now === observed),
      { what: `patients_1 ${observed}` },
    );

  test('alive when it answers, suspect when stopped, alive again after a restart; unknown when it never ran', async () => {
    const first = await becomes('alive');
    await stop();
    const gone = await becomes('suspect');
    expect(Date.parse(gone.since ?? '')).toBeGreaterThanOrEqual(Date.parse(first.since ?? ''));
    await listen();
    await becomes('alive');
    expect((await shown()).find(({ id }) => id === 'patients_2')).toEqual({
      id: 'patients_2',
      admin: 'ready',
      adminReason: '',
      adminSince: null,
      adminUntil: null,
      observed: 'unknown',
      since: null,
      balancer: 'unknown',
    });
    expect(new Set(asked)).toEqual(new Set(['GET /livez without a token']));
  });

  test('only operators see addresses', async () => {
    expect((await shown('operator'))[0]).toMatchObject({
      id: 'patients_1',
      url: `http://127.0.0.1:${port}`,
    });
    const shownToAll = (await shown())[0];
    expect(shownToAll).toMatchObject({ id: 'patients_1' });
    expect(shownToAll).not.toHaveProperty('url');
  });

  test('without a load balancer no state is set', async () => {
    const { status, body } = await call(monitor, 'POST', '/patients/patients_1/state', 'operator', {
      state: 'drain',
      reason: 'a test',
    });
    expect([status, body['code']]).toEqual([409, 'NO_BALANCER']);
    expect((await shown())[0]).toMatchObject({ admin: 'ready', adminSince: null });
  });
});
