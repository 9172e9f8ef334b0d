/** The reader of server-sent events, against a real server that closes connections. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readEvents } from '../../../cli/event-stream.js';
import { eventually } from '../../support/eventually.js';

interface Stage {
  url: string;
  /** `Last-Event-ID` and token of each request. */
  requests: (string | undefined)[][];
  server: Server;
}

async function serve(answer: (response: ServerResponse, turn: number) => void): Promise<Stage> {
  const requests: Stage['requests'] = [];
  const server = createServer((request, response) => {
    requests.push([request.headers['last-event-id']?.toString(), request.headers.authorization]);
    answer(response, requests.length);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests, server };
}

test('reads events across a lost connection, with the id of the last one', async () => {
  const stage = await serve((response, turn) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`id: run.${turn}\nevent: election:won\ndata: {"term":${turn}}\n\n`);
    if (turn === 1) response.end();
  });
  const end = new AbortController();
  const [seen, lost]: [string[], string[]] = [[], []];
  const reading = readEvents({
    urls: [stage.url],
    token: 'secret',
    signal: end.signal,
    onEvent: ({ event, data }) => seen.push(`${event} ${data}`),
    onLost: (reason) => lost.push(reason),
  });
  await eventually(() => seen.length === 2, { what: 'the event after the loss' });
  end.abort();
  await reading;
  expect(seen).toEqual(['election:won {"term":1}', 'election:won {"term":2}']);
  expect(lost).toEqual(['the service closed the connection']);
  expect(stage.requests).toEqual([
    [undefined, 'Bearer secret'],
    ['run.1', 'Bearer secret'],
  ]);
  stage.server.closeAllConnections();
  stage.server.close();
});

test('without an answer of the first service, reads from the next one', async () => {
  const away = await serve((response) => void response.destroy());
  const stage = await serve((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('event: election:won\ndata: {}\n\n');
  });
  const end = new AbortController();
  const seen: string[] = [];
  const reading = readEvents({
    urls: [away.url, stage.url],
    token: undefined,
    signal: end.signal,
    onEvent: ({ data }) => seen.push(data),
    onLost: () => undefined,
  });
  await eventually(() => seen.length === 1, { what: 'an event of the second service' });
  end.abort();
  await reading;
  for (const { server } of [away, stage]) {
    server.closeAllConnections();
    server.close();
  }
});

test('a refusal ends the reading', async () => {
  const stage = await serve((response) => void response.writeHead(401).end());
  const reading = readEvents({
    urls: [stage.url],
    token: undefined,
    signal: new AbortController().signal,
    onEvent: () => undefined,
    onLost: () => undefined,
  });
  await expect(reading).rejects.toMatchObject({ code: 'REFUSED' });
  expect(stage.requests).toHaveLength(1);
  stage.server.close();
});
