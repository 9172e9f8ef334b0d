/**
 * Traces of real processes at a real receiver. Aim: one trace shows a payment from the request to
 * the commit, across the queue and the death of a leader; an unavailable receiver has no cost;
 * without tracing, no module of OpenTelemetry is loaded.
 */
import { randomBytes } from 'node:crypto';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { ManagedProcess } from '../../local/processes/processes.js';
import { eventually } from '../support/eventually.js';
import {
  startTraceReceiver,
  type ReceivedSpan,
  type TraceReceiver,
} from '../support/trace-receiver.js';
import { TEST_MS } from './patience.js';
import { Scene } from './scene.js';

const hex = (bytes: number): string => randomBytes(bytes).toString('hex');
const WATCHED = `--import ${pathToFileURL(fileURLToPath(new URL('../support/watch-imports.mjs', import.meta.url))).href}`;
const STORY = [
  'POST /api/payments',
  'accept',
  'enqueue',
  'parcel',
  'load',
  'charge',
  'commit',
  'outcome',
];

const tracedTo = (url: string): Record<string, string> => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: url,
  OTEL_BSP_SCHEDULE_DELAY: '50',
  NODE_OPTIONS: WATCHED,
});

interface Paid {
  status: number;
  traceId: string;
  clientSpan: string;
}

async function pay(
  scene: Scene,
  patient = 0,
  door = scene.system.patients[0] as ManagedProcess,
): Promise<Paid> {
  const [traceId, clientSpan] = [hex(16), hex(8)];
  const body = { patientId: scene.patients[patient], amountMinor: 100, currency: 'USD' };
  const headers = { Prefer: 'wait=30', traceparent: `00-${traceId}-${clientSpan}-01` };
  return {
    status: (await scene.ask(door, '/api/payments', { body, headers })).status,
    traceId,
    clientSpan,
  };
}

const imported = (scene: Scene, name: string): string[] =>
  scene.system.log
    .filter((line) => line.startsWith(`${name}: imported `))
    .map((line) => line.split(' ')[2] ?? '');

describe('with a receiver', () => {
  let receiver: TraceReceiver;
  let scene: Scene;

  beforeAll(async () => {
    receiver = await startTraceReceiver();
    // On a busy machine, calls must not time out: a retry would be another scenario.
    scene = await Scene.open({
      replicas: 2,
      env: tracedTo(receiver.url),
      kindEnv: { payments: { GATEWAY_TIMEOUT_MS: '20000' } },
    });
  }, TEST_MS);

  afterAll(async () => {
    await scene?.close();
    receiver?.close();
  }, TEST_MS);

  /** Waits until the trace has spans of all these names. */
  const traceWith = (traceId: string, names: readonly string[]): Promise<ReceivedSpan[]> =>
    eventually(
      () => {
        const spans = receiver.trace(traceId);
        return names.every((name) => spans.some((span) => span.name === name)) ? spans : null;
      },
      { what: `${names.join(', ')} in trace ${traceId}` },
    );

  test(
    'one payment: one trace, below the client’s span, from the request to the outcome',
    async () => {
      const paid = await pay(scene);
      expect(paid.status).toBe(201);
      const spans = await traceWith(paid.traceId, STORY);
      expect(spans.map(({ name }) => name).toSorted()).toEqual(STORY.toSorted());
      const of = (name: string): ReceivedSpan =>
        spans.find((span) => span.name === name) as ReceivedSpan;
      const request = of('POST /api/payments');
      expect(request).toMatchObject({
        parent: paid.clientSpan,
        service: 'patients',
        instance: 'patients_1',
        failed: false,
      });
      expect(request.attributes).toMatchObject({
        'http.response.status_code': 201,
        'http.route': '/api/payments',
      });
      for (const name of ['accept', 'enqueue', 'parcel', 'outcome'])
        expect(of(name).parent).toBe(request.spanId);
      for (const name of ['load', 'charge', 'commit'])
        expect(of(name).parent).toBe(of('parcel').spanId);
      const { leader, term } = await scene.leadership();
      expect(of('parcel')).toMatchObject({
        service: 'payments',
        instance: leader,
        attributes: { 'relevo.term': term, 'relevo.charged': 1 },
      });
      expect(of('outcome').attributes).toMatchObject({
        'relevo.status': 'SUCCEEDED',
        'relevo.term': term,
      });
      for (const [before, after] of [
        ['accept', 'load'],
        ['load', 'charge'],
        ['charge', 'commit'],
      ] as const) {
        expect(of(before).endMs).toBeLessThanOrEqual(of(after).startMs + 1);
      }
      expect(JSON.stringify(spans)).not.toContain(scene.patients[0]);
    },
    TEST_MS,
  );

  test(
    'many at once: shared spans are in the trace of each payment, linked',
    async () => {
      const served: string[] = [];
      // The number of payments served together is random; after a few rounds there are some.
      const linked = await eventually(
        async () => {
          const paid = await Promise.all(
            Array.from({ length: 12 }, (_, index) => pay(scene, index)),
          );
          served.push(...paid.map(({ status, traceId }) => `${status} ${traceId}`));
          const traces = await Promise.all(paid.map(({ traceId }) => traceWith(traceId, STORY)));
          const shared = traces
            .flat()
            .filter(
              ({ name, links }) => (name === 'accept' || name === 'parcel') && links.length > 0,
            );
          return shared.length > 0 ? shared : null;
        },
        { what: 'payments with shared spans' },
      );
      expect(served.filter((each) => !each.startsWith('201 '))).toEqual([]);
      for (const { links } of linked)
        for (const other of links) expect(served).toContain(`201 ${other}`);
    },
    TEST_MS,
  );

  test(
    'a batch of 600: its parcels are in its trace, and their spans are few',
    async () => {
      const [traceId, headers] = [hex(16), {} as Record<string, string>];
      headers['traceparent'] = `00-${traceId}-${hex(8)}-01`;
      const { status } = await scene.ask(scene.system.patients[0]!, '/api/batches', {
        body: { count: 600 },
        headers,
      });
      expect(status).toBe(200);
      const spans = await traceWith(traceId, [
        'POST /api/batches',
        'accept',
        'enqueue',
        'parcel',
        'commit',
      ]);
      expect(spans.filter(({ name }) => name === 'parcel').length).toBeGreaterThanOrEqual(2);
      expect(spans.length).toBeLessThan(100);
    },
    TEST_MS,
  );

  test(
    'a leader killed in the middle: the spans of the next leader are in the same trace',
    async () => {
      await scene.gatewayFaults({ slowMs: 5_000 });
      const { leader, term } = await scene.leadership();
      const paying = pay(scene);
      const busy = async (): Promise<boolean> => {
        const { replicas } = await scene.status(scene.system.monitors[0]!);
        return replicas.some(({ parcelsInFlight }) => (parcelsInFlight ?? 0) > 0);
      };
      await eventually(busy, { what: 'the leader has a parcel' });
      scene.system.process(leader ?? '').kill('SIGKILL');
      const next = await scene.nextLeadership(term);
      await scene.gatewayFaults({});
      const paid = await paying;
      expect(paid.status).toBe(201);
      const spans = await traceWith(paid.traceId, STORY);
      const parcel = spans.find(({ name }) => name === 'parcel');
      expect(parcel).toMatchObject({
        instance: next.leader,
        attributes: { 'relevo.term': next.term },
        failed: false,
      });
    },
    TEST_MS,
  );

  test('the SDK is loaded by services that trace', () => {
    for (const name of ['patients_1', 'server_1'])
      expect(imported(scene, name)).toContain('@opentelemetry/sdk-trace-node');
  });
});

describe('two processes with an unavailable receiver, all others without one', () => {
  const TRACING = ['patients_1', 'server_1'];
  let scene: Scene;

  beforeAll(async () => {
    scene = await Scene.open({
      replicas: 2,
      patients: 2,
      env: { NODE_OPTIONS: WATCHED },
      serviceEnv: (name) => (TRACING.includes(name) ? tracedTo('http://127.0.0.1:9') : {}),
    });
  }, TEST_MS);

  afterAll(() => scene?.close(), TEST_MS);

  test(
    'an unavailable receiver has no cost: payments continue, and the service stops gracefully',
    async () => {
      const [leader, [patients]] = [scene.system.process('server_1'), scene.system.patients];
      if ((await scene.leader()) !== leader) {
        const body = { to: leader.name, reason: 'a test' };
        const question = { token: 'operator', body } as const;
        const { status } = await scene.ask(scene.system.monitors[0]!, '/handover', question);
        expect(status).toBe(200);
        await scene.settled();
      }
      const paid = await Promise.all(Array.from({ length: 50 }, (_, index) => pay(scene, index)));
      expect(paid.map(({ status }) => status)).toEqual(paid.map(() => 201));
      for (const name of TRACING)
        expect(imported(scene, name)).toContain('@opentelemetry/sdk-trace-node');
      await patients!.stop();
      // A graceful stop, with half a second for the last spans; a process that hangs would be
      // killed.
      expect(await patients!.exited).toMatchObject({ code: 0, signal: null });
      expect(scene.system.log.filter((line) => /uncaught|unhandled/.test(line))).toEqual([]);
    },
    TEST_MS,
  );

  test(
    'without OTEL_EXPORTER_OTLP_ENDPOINT no module of OpenTelemetry is loaded',
    async () => {
      const door = scene.system.process('patients_2');
      expect((await pay(scene, 0, door)).status).toBe(201);
      const others = scene.system.processes.filter(({ name }) => !TRACING.includes(name));
      expect(others.map(({ name }) => name)).toEqual(
        expect.arrayContaining(['patients_2', 'server_2', 'monitor_1', 'gateway']),
      );
      for (const { name } of others) expect(imported(scene, name)).toEqual([]);
    },
    TEST_MS,
  );
});
