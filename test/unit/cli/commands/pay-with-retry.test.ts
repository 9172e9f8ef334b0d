/**
 * Retries with one key after lost answers and retryable refusals, against a small real HTTP server
 * that answers from a list.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { ask, Refused, Unreachable } from '../../../../cli/client.js';
import { patientByDocument, findPatient } from '../../../../cli/commands/find-patient.js';
import { payWithRetry, type PayOutcome } from '../../../../cli/commands/pay-with-retry.js';
import { findTarget, toMonitorUrl } from '../../../../cli/target.js';
import { readLocalConfig } from '../../../../local/config.js';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

let server: Server;
let address: string;
let answers: Answer[];
let seen: {
  path: string;
  key: string | undefined;
  prefer: string | undefined;
  token: string | undefined;
}[];

beforeEach(async () => {
  answers = [];
  seen = [];
  server = createServer((request, response) => {
    const { authorization, prefer } = request.headers;
    seen.push({
      path: request.url ?? '',
      key: request.headers['idempotency-key']?.toString(),
      prefer: prefer?.toString(),
      token: authorization,
    });
    request.resume().on('end', () => (answers.shift() ?? json(500, {}))(request, response));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const json =
  (status: number, body: object, headers: Record<string, string> = {}): Answer =>
  (_request, response) =>
    void response
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(JSON.stringify(body));
const cut: Answer = (request) => void request.socket.destroy();
const payment = { id: 'p', status: 'SUCCEEDED' };
const busy = json(
  503,
  { code: 'BACKLOG_FULL', detail: 'Too many wait', retryable: true },
  { 'retry-after': '0' },
);
const REPLAYED = { 'idempotent-replayed': 'true' };

const retries: string[] = [];
const pay = (waitMs = 5_000): Promise<PayOutcome> =>
  payWithRetry({
    addresses: [address],
    token: 'secret',
    key: 'k',
    waitMs,
    signal: new AbortController().signal,
    onRetry: (reason) => void retries.push(reason),
    request: { patientId: 'x', amountMinor: 1, currency: 'USD' },
  });

it('returns the outcome of the first answer', async () => {
  answers = [json(201, payment)];
  expect(await pay()).toEqual({ payment, replayed: 'no', tries: 1 });
  expect(seen).toEqual([
    { path: '/api/payments', key: 'k', prefer: 'wait=5', token: 'Bearer secret' },
  ]);
});

it('retries with the same key after a lost answer, and reports that its own try was replayed', async () => {
  answers = [cut, busy, json(201, payment, REPLAYED)];
  expect(await pay()).toEqual({ payment, replayed: 'retry', tries: 3 });
  expect(new Set(seen.map(({ key }) => key))).toEqual(new Set(['k']));
  expect(retries.join()).toContain('BACKLOG_FULL');
});

it('reports a key that an earlier command used', async () => {
  answers = [json(201, payment, REPLAYED)];
  expect(await pay()).toMatchObject({ replayed: 'key' });
});

it('continues to wait after 202, and decides by the first answer whether the payment was a replay', async () => {
  answers = [json(202, { ...payment, status: 'PENDING' }), json(201, payment, REPLAYED)];
  expect(await pay()).toEqual({ payment, replayed: 'no', tries: 2 });
});

it('without a wait, returns after 202', async () => {
  answers = [json(202, { ...payment, status: 'PENDING' })];
  expect(await pay(0)).toMatchObject({ payment: { status: 'PENDING' } });
  expect(seen[0]?.prefer).toBeUndefined();
});

it('control: does not retry a refusal that is not retryable', async () => {
  answers = [
    json(422, { code: 'IDEMPOTENCY_KEY_REUSED', detail: 'The key was used', retryable: false }),
  ];
  const refusal = await pay().catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(Refused);
  expect(refusal).toMatchObject({
    exitCode: 1,
    message: 'IDEMPOTENCY_KEY_REUSED: The key was used.',
    hint: expect.stringContaining('new key') as string,
  });
  expect(seen).toHaveLength(1);
});

describe('a request', () => {
  it('uses the next address when the first does not answer', async () => {
    answers = [json(200, { fine: true })];
    expect(await ask(['http://127.0.0.1:1', address], { path: '/status' })).toMatchObject({
      body: { fine: true },
      from: address,
    });
  });

  it('fails with exit code 5 when no address answers', async () => {
    const failure = await ask(['http://127.0.0.1:1'], { path: '/' }).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(Unreachable);
    expect(failure).toMatchObject({ exitCode: 5, code: 'UNREACHABLE' });
  });

  it('reports an error answer that is not a problem document', async () => {
    answers = [(_request, response) => void response.writeHead(502).end('<html>')];
    await expect(ask([address], { path: '/x' })).rejects.toMatchObject({
      code: 'HTTP_502',
      status: 502,
    });
  });
});

describe('a patient', () => {
  const asking = () => ({ addresses: [address], token: 't' });
  it('is found by its document on a later page', async () => {
    answers = [
      json(200, { patients: [{ id: 'a', document: '1', name: 'A' }], next: 'N' }),
      json(200, { patients: [{ id: 'b', document: '2', name: 'B' }], next: null }),
    ];
    expect(await patientByDocument(asking(), '2')).toMatchObject({ id: 'b' });
    expect(seen[1]?.path).toContain('cursor=N');
  });
  it.each([
    ['900000006k', 'alike'],
    ['900.000.006–K', 'alike'],
    ['900-000-006K', 'same'],
  ])('is found by the document %s: %s', async (typed, id) => {
    const page = (patient: object, next: string | null) =>
      json(200, { patients: [{ id: 'other', document: '-', name: 'O' }, patient], next });
    answers = [
      page({ id: 'alike', document: '900.000.006-K', name: 'A' }, 'N'),
      page({ id: 'same', document: '900-000-006K', name: 'B' }, null),
    ];
    expect(await patientByDocument(asking(), typed)).toMatchObject({ id });
  });
  it('that does not exist fails with PATIENT_NOT_FOUND', async () => {
    answers = [json(200, { patients: [], next: null })];
    await expect(patientByDocument(asking(), '2')).rejects.toMatchObject({
      code: 'PATIENT_NOT_FOUND',
      exitCode: 1,
    });
  });
  it('named by a document in place of an id', async () => {
    answers = [json(200, { patients: [{ id: 'b', document: '2', name: 'B' }], next: null })];
    expect(await findPatient(asking(), { patient: '2', document: null })).toEqual({
      id: 'b',
      shown: 'B, document 2',
    });
  });
  it.each([[{ patient: null, document: null }], [{ patient: 'x', document: '1' }]])(
    'named by %j is refused',
    async (named) => {
      await expect(findPatient(asking(), named)).rejects.toMatchObject({ exitCode: 4 });
    },
  );
});

describe('the target', () => {
  const config = (env: Record<string, string>) =>
    readLocalConfig({ RELEVO_DATA: '/nowhere/at/all', ...env });

  it('expects the monitor of another machine 1,000 ports above, unless it is configured', () => {
    expect(toMonitorUrl('http://10.0.0.5:4000')).toBe('http://10.0.0.5:5000');
    const target = findTarget(config({ RELEVO_URL: 'http://10.0.0.5:4000/', RELEVO_TOKEN: 't' }), {
      url: null,
    });
    expect([
      target.addresses('patients'),
      target.addresses('monitor'),
      target.token('api'),
    ]).toEqual([['http://10.0.0.5:4000'], ['http://10.0.0.5:5000'], 't']);
    const named = config({ RELEVO_URL: 'http://a:4000', RELEVO_MONITOR_URL: 'http://b:5010' });
    expect(findTarget(named, { url: null }).addresses('monitor')).toEqual(['http://b:5010']);
  });

  it('--url is the address of the service that receives the request', () => {
    const target = findTarget(config({}), { url: 'http://b:5010' });
    expect([target.addresses('patients'), target.addresses('monitor')]).toEqual([
      ['http://b:5010'],
      ['http://b:5010'],
    ]);
  });

  it('no token of this machine is sent to another one', () => {
    const target = findTarget(config({}), { url: 'http://b:5010' });
    expect(() => target.token('operator')).toThrow(
      'This needs the operator token of http://b:5010.',
    );
  });

  it('fails with exit code 5 when Relevo does not run here', () => {
    expect(() => findTarget(config({}), { url: null })).toThrow(/Relevo is not running/);
  });
});
