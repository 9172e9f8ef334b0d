/** The stream to a replica: only whole lines keep it open, and it reconnects after its end. */
import { afterEach, expect, test } from '@jest/globals';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ReplicaStream } from '../../../monitor/cluster/replica-stream.js';
import { eventually } from '../../support/eventually.js';

const SILENCE_MS = 300;
const DRIP_MS = 20;

let server: Server | undefined;
let stream: ReplicaStream | undefined;
const intervals: NodeJS.Timeout[] = [];
afterEach(async () => {
  stream?.stop();
  intervals.splice(0).forEach(clearInterval);
  server?.closeAllConnections();
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(null)));
});

/** Connects to a server with this answer. @returns the events, in order. */
async function follow(
  listener: RequestListener,
): Promise<{ happened: string[]; asked: () => number }> {
  let asked = 0;
  server = createServer((request, response) => {
    asked += 1;
    listener(request, response);
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const happened: string[] = [];
  const note = (what: string) => (): void => void happened.push(what);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  stream = new ReplicaStream(
    { replica: 'server_1', url, internalToken: 't', silenceMs: SILENCE_MS },
    { opened: note('opened'), line: note('line'), closed: note('closed') },
  );
  stream.connect();
  return { happened, asked: () => asked };
}

const beat = JSON.stringify({
  type: 'beat',
  report: {
    id: 'server_1',
    bootId: '00000000-0000-4000-8000-000000000001',
    pid: 1,
    role: 'standby',
    term: 0,
    parcelsInFlight: 0,
    committed: 0,
    reaches: { postgres: true, redis: true, gateway: true },
    stalledMs: null,
  },
});

test('bytes without a line do not keep it open: it closes and reconnects', async () => {
  const { happened, asked } = await follow((_request, response) => {
    response.flushHeaders();
    intervals.push(setInterval(() => response.write(' '), DRIP_MS));
  });
  await eventually(() => happened.includes('closed') && asked() > 1, {
    what: 'closed, and asked for again',
  });
});

test('a response that never begins times out and is requested again', async () => {
  const { happened, asked } = await follow(() => undefined);
  await eventually(() => asked() > 1, { what: 'asked for again' });
  expect(happened).toEqual([]);
});

test('control: lines keep it open for longer than the permitted silence', async () => {
  const { happened } = await follow((_request, response) => {
    response.flushHeaders();
    intervals.push(setInterval(() => response.write(`${beat}\n`), DRIP_MS));
  });
  await eventually(
    () => happened.filter((what) => what === 'line').length > (3 * SILENCE_MS) / DRIP_MS,
    { what: 'lines for three times as long' },
  );
  expect(happened.filter((what) => what !== 'line')).toEqual(['opened']);
});
