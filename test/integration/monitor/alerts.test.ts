/**
 * The alerts of a monitor with fake replicas, a real PostgreSQL and a real webhook: an alert fires,
 * is recorded once, acknowledged and cleared, and the webhook receives signed notices until it
 * confirms them.
 */
import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AlertPage, OpenAlerts } from '../../../shared/contracts/alerts.js';
import { eventually } from '../../support/eventually.js';
import { CALM, Hospital } from './support.js';

const SECRET = 'a secret of the test, long enough';

interface Received {
  body: string;
  signature: string;
}

/** Refuses the first requests, then confirms. */
class Receiver {
  readonly requests: Received[] = [];
  private readonly server: Server;

  constructor(private refusals: number) {
    this.server = createServer((request, response) => {
      void this.read(request).then((status) => response.writeHead(status).end());
    });
  }

  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/hook`;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  /** The events of a rule, in the order of their arrival. */
  eventsOf(rule: string): { id: string; event: string }[] {
    return this.requests
      .map(({ body }) => JSON.parse(body) as { id: string; event: string; rule: string })
      .filter((each) => each.rule === rule);
  }

  private async read(request: IncomingMessage): Promise<number> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const signature = String(request.headers['relevo-signature']);
    this.requests.push({ body: Buffer.concat(chunks).toString(), signature });
    this.refusals -= 1;
    return this.refusals >= 0 ? 500 : 204;
  }
}

describe('the alerts of a monitor', () => {
  let hospital: Hospital;
  let receiver: Receiver;
  let url: string;

  beforeEach(async () => {
    hospital = await Hospital.open();
    receiver = new Receiver(2);
    const [place] = await hospital.plan(1);
    if (!place) throw new Error('no place');
    url = `http://127.0.0.1:${place.port}`;
    await Promise.all(hospital.replicas.map((replica) => replica.start()));
    await hospital.startMonitor(place, {
      ...CALM,
      ALERT_WEBHOOK_URL: await receiver.open(),
      ALERT_WEBHOOK_SECRET: SECRET,
    });
  });
  afterEach(async () => {
    receiver.close();
    await hospital.close();
  });

  const readOpen = async (): Promise<OpenAlerts> =>
    (await (await fetch(`${url}/alerts/open`)).json()) as OpenAlerts;
  const readPage = async (): Promise<AlertPage> =>
    (await (await fetch(`${url}/alerts`)).json()) as AlertPage;
  const acknowledge = (id: string, reason: unknown, token = 'operator'): Promise<Response> =>
    fetch(`${url}/alerts/${id}/acknowledge`, {
      method: 'POST',
      headers: { 'Authorization': `Bearer ${token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ reason }),
    });

  async function killStandby(): Promise<string> {
    const leader = await eventually(() => hospital.leader(), { what: 'a leader' });
    const standby = hospital.replicas.find((replica) => replica !== leader);
    await standby?.kill();
    return standby?.id ?? '';
  }

  const waitForAlert = (rule: string) =>
    eventually(async () => (await readOpen()).open.find((alert) => alert.rule === rule), {
      what: `the alert ${rule}`,
    });

  test('fires, is acknowledged, clears; the webhook receives both notices, repeated until it confirms', async () => {
    const id = await killStandby();
    const alert = await waitForAlert('RelevoReplicaDown');
    expect(alert).toMatchObject({ severity: 'warning', subject: id, clearedAt: null });

    // Also when the alert is not recorded yet.
    expect((await acknowledge(alert.id, 'it is repaired')).status).toBe(200);
    // The page that answers the form shows it.
    expect((await readOpen()).open[0]?.acknowledgedReason).toBe('it is repaired');
    expect(await (await acknowledge(alert.id, 'another reason')).json()).toMatchObject({
      acknowledgedReason: 'it is repaired',
    });
    const audit = await fetch(`${url}/audit?action=acknowledge`, {
      headers: { Authorization: 'Bearer operator' },
    });
    expect(await audit.json()).toMatchObject({
      rows: [{ reason: 'it is repaired', target: `RelevoReplicaDown ${id}` }],
    });

    await hospital.replica(id).start();
    const { history } = await eventually(
      async () => {
        const page = await readPage();
        return page.history.some((past) => past.id === alert.id) ? page : null;
      },
      { what: 'the alert cleared' },
    );
    expect(history.filter((past) => past.id === alert.id)).toHaveLength(1);
    const events = await eventually(
      () => {
        const received = receiver.eventsOf('RelevoReplicaDown');
        return received.some(({ event }) => event === 'alert.cleared') ? received : null;
      },
      { what: 'the notice of the end' },
    );
    // The first two requests were refused, and their notices repeated.
    expect(receiver.requests.length).toBeGreaterThanOrEqual(4);
    expect(events.every((each) => each.id === alert.id)).toBe(true);
    for (const { body, signature } of receiver.requests) {
      const [, at = '', digest] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(signature) ?? [];
      expect(createHmac('sha256', SECRET).update(`${at}.${body}`).digest('hex')).toBe(digest);
    }
  }, 120_000);

  test('refuses an unknown alert, no reason, and a token without the right', async () => {
    const unknown = '0198a2b4-5f3e-4a7b-9c1d-2e3f4a5b6c7d';
    expect((await acknowledge(unknown, 'why')).status).toBe(404);
    expect((await acknowledge(unknown, '')).status).toBe(400);
    expect((await acknowledge('none', 'why')).status).toBe(400);
    expect((await acknowledge(unknown, 'why', 'api')).status).toBe(403);
    expect((await acknowledge(unknown, 'why', 'stranger')).status).toBe(401);
  });

  test('without PostgreSQL the alerts and the notices go on, and the page says what is missing', async () => {
    await eventually(async () => (await readPage()).isRecorded, { what: 'a first record' });
    await hospital.database.drop();
    const alert = await waitForAlert('RelevoDatabaseAway');
    expect(alert.severity).toBe('critical');
    await eventually(() => receiver.eventsOf('RelevoDatabaseAway').length > 0, {
      what: 'the notice about PostgreSQL',
    });
    expect(await readPage()).toMatchObject({ isRecorded: false, history: [] });
  }, 120_000);
});
