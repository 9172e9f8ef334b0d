/** The wait of new connections, with a server that takes a known time for each of them. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { ConnectionWait } from '../../../patients/http/connection-wait.js';
import { TurnGuard } from '../../../patients/core/turn-guard.js';
import { eventually } from '../../support/eventually.js';

const WORK_MS = 10;
const CLIENTS = 12;

let server: Server;
let wait: ConnectionWait;
const sockets: Socket[] = [];

beforeEach(async () => {
  wait = new ConnectionWait();
  server = createServer((socket) => {
    sockets.push(socket.on('error', () => undefined));
    const endMs = performance.now() + WORK_MS;
    while (performance.now() < endMs); // The work of a connection.
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  wait.watch(server);
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  server.close();
});

const open = (): void => {
  const { port } = server.address() as AddressInfo;
  sockets.push(connect(port, '127.0.0.1').on('error', () => undefined));
};

test('is at least the work of the connections that came before', async () => {
  for (let client = 0; client < CLIENTS; client += 1) open();
  await new Promise(setImmediate); // The connections are in the queue of the kernel.
  const beganMs = performance.now();
  wait.measure(beganMs);
  expect(wait.getMs(beganMs + 5)).toBeGreaterThanOrEqual(5);
  const measured = await eventually(
    () => sockets.length > 2 * CLIENTS && wait.getMs(beganMs) > 0 && wait.getMs(beganMs),
    { what: 'the measurement' },
  );
  expect(measured).toBeGreaterThan(((CLIENTS - 2) * WORK_MS) / 2);
  expect(wait.getMs(performance.now() + 60_000)).toBe(measured);
});

test('is nothing after the event loop was idle', async () => {
  wait.measure(performance.now());
  await eventually(() => sockets.length > 0, { what: 'the own connection' });
  wait.reset(performance.now());
  expect(wait.getMs(performance.now())).toBe(0);
});

test('is nothing when the server does not listen any more', async () => {
  server.close();
  await once(server, 'close');
  wait.measure(performance.now());
  expect(wait.getMs(performance.now() + 60_000)).toBe(0);
});

test('short turns do not hide it: pages are refused while connections wait, and control: without it they are not', () => {
  const limits = { turnMs: 100, afterMs: 500 };
  const refusesAfter = (waitMs: number): boolean => {
    const guard = new TurnGuard(limits, () => waitMs);
    let refused = false;
    for (let nowMs = 0; nowMs < 2_000; nowMs += 10) {
      guard.begin(nowMs, false);
      guard.read();
      refused ||= guard.isLate(nowMs) && !guard.admits('page', nowMs);
      guard.end(nowMs + 10);
    }
    return refused;
  };
  expect([refusesAfter(150), refusesAfter(100), refusesAfter(0)]).toEqual([true, false, false]);
});
