/**
 * Tests the proxy of a link on one open connection: cuts, delays and breaks each direction
 * separately, and heals it. A test asserts silence by the next arrival: a mark in the other
 * direction, or the data after the heal.
 */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { LinkProxy } from '../../../experiments/network/link-proxy.js';
import { seededRandom } from '../../../shared/random.js';
import { eventually } from '../../support/eventually.js';

interface End {
  socket: Socket;
  /** All received data. */
  heard: string;
  /** `ECONNRESET`, or `end`. */
  over: string | null;
}

function listenTo(socket: Socket): End {
  const end: End = { socket, heard: '', over: null };
  socket.on('data', (data) => (end.heard += data.toString()));
  socket.on('end', () => (end.over ??= 'end'));
  socket.on('error', ({ code }: NodeJS.ErrnoException) => (end.over = code ?? 'error'));
  return end;
}

let server: Server;
let proxy: LinkProxy;
let accepted: End[];
beforeEach(async () => {
  accepted = [];
  server = createServer({ allowHalfOpen: true }, (socket) => void accepted.push(listenTo(socket)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  proxy = await LinkProxy.open(() => port);
});
afterEach(async () => {
  await proxy.close();
  accepted.forEach(({ socket }) => socket.destroy());
  await new Promise((resolve) => server.close(resolve));
});

const open = (): End =>
  listenTo(connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true }));
const within = (what: string, look: () => boolean): Promise<boolean> => eventually(look, { what });

/** A connection that has carried data both ways. */
async function pair(): Promise<[End, End]> {
  const count = accepted.length;
  const client = open();
  client.socket.write('?');
  await within(
    'the connection to be accepted',
    () => accepted.length > count && accepted[count]?.heard === '?',
  );
  const far = accepted[count] as End;
  far.socket.write('!');
  await within('the answer', () => client.heard === '!');
  far.heard = client.heard = '';
  return [client, far];
}

describe('a cut', () => {
  test('forward: data of the client waits and arrives after the heal, in order; answers pass', async () => {
    const [client, far] = await pair();
    const heal = proxy.forward.cut();
    client.socket.write('a');
    client.socket.end('b');
    far.socket.write('mark');
    await within('the answer to pass', () => client.heard === 'mark');
    expect(far).toMatchObject({ heard: '', over: null });
    heal();
    await within('the late arrival', () => far.heard === 'ab' && far.over === 'end');
  });

  test('back: answers wait, data of the client passes', async () => {
    const [client, far] = await pair();
    const heal = proxy.back.cut();
    far.socket.write('answer');
    client.socket.write('mark');
    await within('the question to pass', () => far.heard === 'mark');
    expect(client.heard).toBe('');
    heal();
    await within('the late answer', () => client.heard === 'answer');
  });

  test('hides the end or the reset of a connection until the heal', async () => {
    const [client, far] = await pair();
    const heals = [proxy.forward.cut(), proxy.back.cut()];
    far.socket.resetAndDestroy();
    const [other, otherFar] = [open(), accepted.length];
    other.socket.write('?');
    await within('the new connection to be accepted by the kernel', () => !other.socket.connecting);
    expect(client.over).toBeNull();
    expect(accepted).toHaveLength(otherFar);
    heals.forEach((heal) => heal());
    await within('the death to be heard', () => client.over === 'ECONNRESET');
    await within('what was never set up to be broken', () => other.over === 'ECONNRESET');
  });

  test('two cuts of one lane: it is cut until both are healed', async () => {
    const [client, far] = await pair();
    const [first, second] = [proxy.forward.cut(), proxy.forward.cut()];
    client.socket.write('a');
    first();
    far.socket.write('mark');
    await within('the answer to pass', () => client.heard === 'mark');
    expect(far.heard).toBe('');
    second();
    await within('the late arrival', () => far.heard === 'a');
  });

  test('more data than the buffers hold arrives completely', async () => {
    const [client, far] = await pair();
    const heal = proxy.forward.cut();
    const text = 'x'.repeat(8_000_000);
    client.socket.write(text);
    heal();
    await within('all of it', () => far.heard.length === text.length);
  });
});

describe('slowness', () => {
  test('each piece takes its latency, jitter preserves the order, and after the heal nothing is slow', async () => {
    const [client, far] = await pair();
    const undo = proxy.forward.slow({ latencyMs: 50, jitterMs: 40, random: seededRandom(7) });
    const began = performance.now();
    for (const letter of 'abcdefgh') {
      client.socket.write(letter);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await within('the first', () => far.heard.length > 0);
    expect(performance.now() - began).toBeGreaterThanOrEqual(49);
    await within('all', () => far.heard.length === 8);
    expect(far.heard).toBe('abcdefgh');
    undo();
    expect(proxy.forward.delayMs()).toBe(0);
    client.socket.write('i');
    await within('the next', () => far.heard === 'abcdefghi');
  });

  test('two latencies of one lane add up', () => {
    const random = seededRandom(1);
    proxy.back.slow({ latencyMs: 30, jitterMs: 0, random });
    proxy.back.slow({ latencyMs: 12, jitterMs: 0, random });
    expect(proxy.back.delayMs()).toBe(42);
    expect(proxy.forward.delayMs()).toBe(0);
  });

  test('a cut in between preserves data in transit', async () => {
    const [client, far] = await pair();
    // A busy machine may need half a second from the sending to the cut.
    proxy.forward.slow({ latencyMs: 800, jitterMs: 0, random: seededRandom(1) });
    client.socket.write('a');
    await new Promise((resolve) => setTimeout(resolve, 5));
    const heal = proxy.forward.cut();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(far.heard).toBe('');
    heal();
    await within('the late arrival', () => far.heard === 'a');
  });
});

describe('breaking', () => {
  test('resetAll resets open connections at both ends; a new connection passes', async () => {
    const [client, far] = await pair();
    proxy.resetAll();
    await within(
      'both to hear of it',
      () => client.over === 'ECONNRESET' && far.over === 'ECONNRESET',
    );
    await pair();
  });

  test('also behind a cut', async () => {
    const [client, far] = await pair();
    const heal = proxy.forward.cut();
    proxy.resetAll();
    await within(
      'both to hear of it',
      () => client.over === 'ECONNRESET' && far.over === 'ECONNRESET',
    );
    heal();
  });

  test('refuse resets every new connection until it is healed', async () => {
    const undo = proxy.refuse();
    const client = open();
    await within('a reset', () => client.over === 'ECONNRESET');
    undo();
    await pair();
  });

  test('a target that is down is a reset', async () => {
    await new Promise((resolve) => server.close(resolve));
    const client = open();
    await within('a reset', () => client.over === 'ECONNRESET');
  });

  test('cleanly closed connections are forgotten', async () => {
    const [client, far] = await pair();
    expect(proxy.connectionCount).toBe(1);
    client.socket.end();
    await within('the end to arrive', () => far.over === 'end');
    far.socket.end();
    await within('it to be forgotten', () => proxy.connectionCount === 0);
  });
});
