/**
 * The proxy in a link, tested itself on one open connection: each direction is cut, slowed and broken by itself, in order, and undone.
 * Silence is asserted by what arrives after it: a mark sent the other way, or the heal.
 */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { LinkProxy } from '../../../experiments/network/link-proxy.js';
import { seededRandom } from '../../../shared/random.js';
import { eventually } from '../../support/eventually.js';

interface End {
  socket: Socket;
  /** All that arrived. */
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

const open = (): End => listenTo(connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true }));
const within = (what: string, look: () => boolean): Promise<boolean> => eventually(look, { what });

/** A connection over which something went both ways. */
async function pair(): Promise<[End, End]> {
  const count = accepted.length;
  const client = open();
  client.socket.write('?');
  await within('the connection to be accepted', () => accepted.length > count && accepted[count]?.heard === '?');
  const far = accepted[count] as End;
  far.socket.write('!');
  await within('the answer', () => client.heard === '!');
  far.heard = client.heard = '';
  return [client, far];
}

describe('a cut', () => {
  test('forward: what the client sends waits and arrives after the heal, in order; what is answered passes', async () => {
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

  test('back: what is answered waits, what the client sends passes', async () => {
    const [client, far] = await pair();
    const heal = proxy.back.cut();
    far.socket.write('answer');
    client.socket.write('mark');
    await within('the question to pass', () => far.heard === 'mark');
    expect(client.heard).toBe('');
    heal();
    await within('the late answer', () => client.heard === 'answer');
  });

  test('nobody hears of an end or a death behind it before the heal', async () => {
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

  test('two of one lane: it is cut until both are healed', async () => {
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

  test('more than the buffers hold arrives whole', async () => {
    const [client, far] = await pair();
    const heal = proxy.forward.cut();
    const text = 'x'.repeat(8_000_000);
    client.socket.write(text);
    heal();
    await within('all of it', () => far.heard.length === text.length);
  });
});

describe('slowness', () => {
  test('each piece takes its latency, jitter keeps the order, and undone nothing is slow', async () => {
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

  test('two of one lane add up', () => {
    const random = seededRandom(1);
    proxy.back.slow({ latencyMs: 30, jitterMs: 0, random });
    proxy.back.slow({ latencyMs: 12, jitterMs: 0, random });
    expect(proxy.back.delayMs()).toBe(42);
    expect(proxy.forward.delayMs()).toBe(0);
  });

  test('a cut in the middle keeps what is under way', async () => {
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
  test('resetAll breaks what is open at both ends; a new connection passes', async () => {
    const [client, far] = await pair();
    proxy.resetAll();
    await within('both to hear of it', () => client.over === 'ECONNRESET' && far.over === 'ECONNRESET');
    await pair();
  });

  test('also behind a cut', async () => {
    const [client, far] = await pair();
    const heal = proxy.forward.cut();
    proxy.resetAll();
    await within('both to hear of it', () => client.over === 'ECONNRESET' && far.over === 'ECONNRESET');
    heal();
  });

  test('refuse breaks whatever comes until it is undone', async () => {
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

  test('connections that ended in good order are forgotten', async () => {
    const [client, far] = await pair();
    expect(proxy.connectionCount).toBe(1);
    client.socket.end();
    await within('the end to arrive', () => far.over === 'end');
    far.socket.end();
    await within('it to be forgotten', () => proxy.connectionCount === 0);
  });
});
