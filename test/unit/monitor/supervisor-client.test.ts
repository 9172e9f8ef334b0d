/**
 * The calls of a monitor to a supervisor that hangs, answers without end, in another form, with a
 * redirection, or too often: every call ends as a refusal, and in time.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  createSupervisorClient,
  LOG_READS_MAX,
  type Supervisor,
} from '../../../monitor/supervisor/supervisor-client.js';
import { logQuery } from '../../../shared/contracts/process-logs.js';
import { eventually } from '../../support/eventually.js';

const QUERY = logQuery.parse({});
const TAIL = { process: 'server_1', lines: [], position: '', skipped: false, restarted: false };
const MIB = 1_048_576;

type Answer = (response: ServerResponse, request: IncomingMessage) => void;
const sendJson =
  (body: unknown, status = 200): Answer =>
  (response) =>
    void response.writeHead(status).end(JSON.stringify(body));

describe('a monitor whose supervisor misbehaves', () => {
  let server: Server;
  let supervisor: Supervisor;
  let answer: Answer;
  let requests: string[];
  /** Bytes that the server could send before the client closed the connection. */
  let sentBytes = 0;

  beforeEach(async () => {
    requests = [];
    server = createServer((request, response) => {
      requests.push(request.url ?? '');
      answer(response, request);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    supervisor = createSupervisorClient(`http://127.0.0.1:${port}/`, 'operator');
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const read = (process = 'server_1'): Promise<unknown> => supervisor.readLog(process, QUERY);

  /** Sends until the client closes the connection, at most 200 MiB. */
  const sendWithoutEnd: Answer = (response) => {
    sentBytes = 0;
    const chunk = Buffer.alloc(MIB, ' ');
    const send = (): void => {
      while (!response.destroyed && sentBytes < 200 * MIB) {
        sentBytes += chunk.length;
        if (!response.write(chunk)) return void response.once('drain', send);
      }
      response.end();
    };
    send();
  };

  test('an answer without end is refused before much of it was read', async () => {
    answer = sendWithoutEnd;
    await expect(read()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(sentBytes).toBeLessThan(50 * MIB);
  });

  test.each<[string, Answer]>([
    ['text', (response) => void response.end('<html>')],
    ['nothing', (response) => void response.end()],
    ['a closed connection', (response) => void response.destroy()],
    ['half of an answer', (response) => void (response.write('{"pro'), response.destroy())],
    ['null', sendJson(null)],
    ['another form', sendJson({ ...TAIL, lines: 'none' })],
    ['a process that is a path', sendJson({ ...TAIL, process: '../secret' })],
    ['more lines than are allowed', sendJson({ ...TAIL, lines: Array(1_001).fill({}) })],
    ['an unknown code', sendJson({ code: 'toString', detail: 'x' }, 400)],
    ['an internal error', sendJson({ code: 'INTERNAL', detail: 'x' }, 500)],
    ['a refused token', sendJson({ code: 'UNAUTHENTICATED', detail: 'x' }, 401)],
    ['null with an error', sendJson(null, 500)],
  ])('an answer with %s is a refusal', async (_, given) => {
    answer = given;
    await expect(read()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  test('a redirection is not followed', async () => {
    answer = (response, request) =>
      request.url === '/elsewhere'
        ? sendJson(TAIL)(response, request)
        : void response.writeHead(302, { location: '/elsewhere' }).end();
    await expect(read()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(requests).not.toContain('/elsewhere');
  });

  test('a name cannot leave the path of the logs', async () => {
    answer = sendJson(TAIL);
    await read('../restarts?x=');
    expect(requests).toEqual([`/logs/..%2Frestarts%3Fx%3D?lines=${QUERY.lines}`]);
  });

  test('a supervisor that hangs is a refusal, before and within its answer', async () => {
    answer = (response, { url }) =>
      url?.startsWith('/logs/begun') ? void response.writeHead(200).write('{') : undefined;
    const refusals = [read('silent'), read('begun')].map((reading) =>
      expect(reading).rejects.toMatchObject({ code: 'UNAVAILABLE' }),
    );
    await Promise.all(refusals);
  }, 60_000);

  test('more readers than allowed are refused at once, and read again when others are done', async () => {
    const waiting: ServerResponse[] = [];
    answer = (response) => void waiting.push(response);
    const readings = Array.from({ length: LOG_READS_MAX }, () => read());
    await eventually(() => waiting.length === LOG_READS_MAX, { what: 'the readers' });
    const refused = Array.from({ length: 50 }, () => read().catch((error: unknown) => error));
    for (const error of await Promise.all(refused))
      expect(error).toMatchObject({ code: 'TOO_BUSY' });
    expect(requests).toHaveLength(LOG_READS_MAX);
    for (const response of waiting) response.end(JSON.stringify(TAIL));
    expect(await Promise.all(readings)).toEqual(Array(LOG_READS_MAX).fill(TAIL));
    // A refusal also frees its place.
    answer = (response) => void response.destroy();
    for (let count = 0; count <= LOG_READS_MAX; count += 1)
      await expect(read()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});
