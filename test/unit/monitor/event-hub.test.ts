/** Limits on the readers of the event stream. */
import { EventEmitter } from 'node:events';
import type { Response } from 'express';
import { EventHub } from '../../../monitor/status/event-hub.js';
import type { Status } from '../../../shared/contracts/status.js';

/** A response that discards its data. */
class FakeResponse extends EventEmitter {
  destroyed = false;
  writableLength = 0;
  constructor(readonly req: { ip: string }) {
    super();
  }
  status = (): this => this;
  set = (): this => this;
  write = (): boolean => true;
  end = (): this => this;
}

const status = {
  replicas: [],
  monitors: [],
  patients: [],
  gateway: {},
  waiting: null,
} as unknown as Status;
const create = (): EventHub =>
  new EventHub({ status: () => Promise.resolve(status), known: () => status }, 'run');
const read = (hub: EventHub, ip: string, full: boolean): Promise<boolean> =>
  hub.add(new FakeResponse({ ip }) as unknown as Response, full, undefined);

/**
 * Connects all at once, so readers that still wait for their snapshot count too. @returns how many
 * were admitted.
 */
async function many(
  hub: EventHub,
  count: number,
  ipOf: (number: number) => string,
  full = false,
): Promise<number> {
  const found = await Promise.all(
    Array.from({ length: count }, (_, number) => read(hub, ipOf(number), full)),
  );
  return found.filter(Boolean).length;
}

test('admits at most 50 readers per address, and still admits another address', async () => {
  const hub = create();
  expect(await many(hub, 300, () => '10.0.0.1')).toBe(50);
  expect(await read(hub, '10.0.0.2', false)).toBe(true);
});

test('admits 200 anonymous readers in total, and counts operators separately', async () => {
  const hub = create();
  expect(await many(hub, 300, (number) => `10.0.1.${number}`)).toBe(200);
  expect(await many(hub, 120, () => '10.0.0.1', true)).toBe(100);
});

test('admits no reader after the hub is closed', async () => {
  const hub = create();
  hub.close();
  expect(await read(hub, '10.0.0.1', true)).toBe(false);
});
