/**
 * The guards of a separate server: refusals, counts, and the time at which a refused connection is
 * read again.
 */
import { Agent, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { EventEmitter } from 'node:events';
import express from 'express';
import { mountLimits } from '../../../patients/http/request-limits.js';
import { createSlowReading } from '../../../patients/http/slow-reading.js';
import { closeServer, listen } from '../../../shared/http/http.js';

/** A socket that only records whether it is read. */
class FakeSocket extends EventEmitter {
  reads = true;
  destroyed = false;
  pause(): void {
    this.reads = false;
  }
  resume(): void {
    this.reads = true;
  }
}

describe('a refused connection', () => {
  const create = () => {
    const rounds: (() => void)[] = [];
    const reading = createSlowReading((round) => void rounds.push(round));
    const refuse = (count: number): FakeSocket[] =>
      Array.from({ length: count }, () => {
        const socket = new FakeSocket();
        reading.later(socket as unknown as Socket);
        return socket;
      });
    return { rounds, refuse, reading };
  };
  const read = (sockets: readonly FakeSocket[]): number =>
    sockets.filter(({ reads }) => reads).length;

  test('is read again in the next round; all share one round, and no round runs without connections', () => {
    const { rounds, refuse } = create();
    const sockets = refuse(3);
    expect([read(sockets), rounds.length]).toEqual([0, 1]);
    rounds.shift()?.();
    expect([read(sockets), rounds.length]).toEqual([3, 0]);
  });

  test('waits for its turn among many: a fixed number per round, in order of arrival', () => {
    const { rounds, refuse } = create();
    const sockets = refuse(100);
    rounds.shift()?.();
    expect([read(sockets.slice(0, 40)), read(sockets.slice(40)), rounds.length]).toEqual([
      40, 0, 1,
    ]);
    rounds.shift()?.();
    rounds.shift()?.();
    expect([read(sockets), rounds.length]).toEqual([100, 0]);
  });

  test('is read at once when too many wait: the number of paused connections is bounded', () => {
    const { refuse } = create();
    const sockets = refuse(20_005);
    expect([read(sockets.slice(0, 5)), read(sockets)]).toEqual([5, 5]);
  });

  test('that is closed is forgotten', () => {
    const { rounds, reading } = create();
    const gone = Object.assign(new FakeSocket(), { destroyed: true });
    reading.later(gone as unknown as Socket);
    expect([gone.reads, rounds.length]).toEqual([true, 0]);
  });
});

describe('the guards', () => {
  let server: Server;
  let url: string;
  let answer: (() => void)[];
  let isSilent: boolean;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });

  beforeEach(async () => {
    answer = [];
    isSilent = false;
    const app = express();
    const takePlaces = mountLimits(
      app,
      { config: { requestsMax: 2, batchesMax: 1 }, acceptor: { isSilent: () => isSilent } },
      { api: 'api', operator: 'operator', internal: 'internal' },
    );
    app.use(express.json({ limit: '1kb' }));
    takePlaces(app);
    app.post(
      '/api/batches',
      (request, response) => void response.json({ length: JSON.stringify(request.body).length }),
    );
    app.use((_request, response) => void answer.push(() => response.json({})));
    server = await listen(app, 0, '127.0.0.1');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    for (const one of answer) one();
    agent.destroy();
    await closeServer(server);
  });

  /** One request; `on` names the kept connection to use. */
  const ask = (path: string, body = '{}', on?: Agent) =>
    new Promise<{ status: number; reused: boolean; body: string }>((resolve, reject) => {
      const token = path.endsWith('redrive') ? 'operator' : 'api';
      const headers = {
        'Content-Type': 'application/json',
        'Content-Length': Buffer.byteLength(body),
        'Authorization': `Bearer ${token}`,
      };
      const asked = httpRequest(
        url + path,
        { method: 'POST', headers, ...(on ? { agent: on } : {}) },
        (response) => {
          let text = '';
          response.on('data', (piece: Buffer) => (text += piece.toString()));
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, reused: asked.reusedSocket, body: text }),
          );
        },
      );
      asked.on('error', reject).end(body);
    });
  const waiting = async (count: number): Promise<void> => {
    while (answer.length < count) await new Promise((resolve) => setImmediate(resolve));
  };

  test('admit as many requests as there are places; a refused connection serves the following requests too', async () => {
    const held = [ask('/api/payments'), ask('/api/payments/1/redrive')];
    await waiting(2);
    const refused = [
      await ask('/api/payments', '{}', agent),
      await ask('/api/payments/', '{"x":1}', agent),
      await ask('/API/PAYMENTS', 'x', agent),
    ];
    expect(refused.map(({ status }) => status)).toEqual([429, 429, 429]);
    expect(refused.map(({ reused }) => reused)).toEqual([false, true, true]);
    expect(JSON.parse(refused[0]?.body as string)).toMatchObject({
      code: 'TOO_BUSY',
      status: 429,
      retryable: true,
    });
    for (const one of answer.splice(0)) one();
    await Promise.all(held);
    const next = ask('/api/payments', '{}', agent);
    await waiting(1);
    answer.splice(0)[0]?.();
    expect(await next).toMatchObject({ status: 200, reused: true });
  });

  test('refuse with 503 instead of 429 while PostgreSQL is silent', async () => {
    const held = [ask('/api/payments'), ask('/api/payments')];
    await waiting(2);
    isSilent = true;
    const refused = await ask('/api/payments', '{}', agent);
    expect([refused.status, JSON.parse(refused.body)]).toMatchObject([
      503,
      { code: 'UNAVAILABLE', retryable: true },
    ]);
    for (const one of answer.splice(0)) one();
    await Promise.all(held);
  });

  test('do not affect other routes', async () => {
    const held = [ask('/api/payments'), ask('/api/payments')];
    await waiting(2);
    const others = [ask('/livez'), ask('/api/payments/1')];
    await waiting(4);
    for (const one of answer.splice(0)) one();
    expect((await Promise.all([...held, ...others])).map(({ status }) => status)).toEqual([
      200, 200, 200, 200,
    ]);
  });

  test('a batch may have a large body, a payment may not; a refusal during a body keeps the connection usable', async () => {
    const large = JSON.stringify({ x: 'y'.repeat(500_000) });
    expect(await ask('/api/batches', large, agent)).toMatchObject({
      status: 200,
      body: `{"length":${large.length}}`,
    });
    expect((await ask('/api/payments', large, agent)).status).toBe(413);
    const held = [ask('/api/payments'), ask('/api/payments')];
    await waiting(2);
    expect((await ask('/api/payments', large, agent)).status).toBe(429);
    expect(await ask('/api/batches', '{}', agent)).toMatchObject({ status: 200, reused: true });
    for (const one of answer.splice(0)) one();
    await Promise.all(held);
  });
});
