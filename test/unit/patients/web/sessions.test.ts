/** Sessions in memory: bounded, expiring, and stored as copies. */
import { expect, test } from '@jest/globals';
import type { SessionData } from 'express-session';
import { BoundedMemoryStore } from '../../../../patients/web/memory-store.js';

const clockAt = (): { nowMs: number; now(): number; wall(): Date } => {
  const clock = { nowMs: 0, now: () => clock.nowMs, wall: () => new Date(clock.nowMs) };
  return clock;
};

const session = (views: number): SessionData =>
  ({ views, cookie: { originalMaxAge: 1_000 } }) as unknown as SessionData;

function read(store: BoundedMemoryStore, id: string): number | null {
  let views: number | null = null;
  store.get(id, (_error, found) => (views = found?.views ?? null));
  return views;
}

test('a session is found until it expires; each use extends it', () => {
  const clock = clockAt();
  const store = new BoundedMemoryStore(10, clock);
  store.set('a', session(1));
  clock.nowMs = 900;
  store.touch('a', session(1));
  clock.nowMs = 1_899;
  expect(read(store, 'a')).toBe(1);
  clock.nowMs = 1_900;
  expect([read(store, 'a'), read(store, 'unknown')]).toEqual([null, null]);
});

test('the number of sessions is bounded: the least recently used one is removed', () => {
  const store = new BoundedMemoryStore(2, clockAt());
  store.set('a', session(1));
  store.set('b', session(2));
  store.touch('a', session(1));
  store.set('c', session(3));
  expect(['a', 'b', 'c'].map((id) => read(store, id))).toEqual([1, null, 3]);
});

test('touching an ended session does not restore it', () => {
  const store = new BoundedMemoryStore(2, clockAt());
  store.set('a', session(1));
  store.destroy('a');
  store.touch('a', session(1));
  expect(read(store, 'a')).toBeNull();
});

test('a change counts only when it is saved', () => {
  const store = new BoundedMemoryStore(2, clockAt());
  const mine = session(1);
  store.set('a', mine);
  mine.views = 99;
  expect(read(store, 'a')).toBe(1);
});
