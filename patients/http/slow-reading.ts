/**
 * Delays reading from refused connections, in turn. A client that ignores `Retry-After` repeats its
 * request at once. Thousands of such clients keep the event loop in its read phase (libuv continues
 * to read while a poll returns 1,024 events), so that timers, inserts and outcomes of admitted
 * requests are delayed by seconds. Therefore refusals have a limited rate. Unread requests wait in
 * the kernel and at the client, at no cost here. A client that respects `Retry-After` sees no
 * difference.
 */
import type { Socket } from 'node:net';

/**
 * Connections resumed per round, and the pause between rounds, in ms: 4,000 per second, about a
 * third of a core.
 */
const ROUND = 40;
const PAUSE_MS = 10;
/**
 * Maximum number of paused connections; beyond it the oldest is resumed at once. A disconnect is
 * noticed only by a read.
 */
const WAITING_MAX = 20_000;

export interface SlowReading {
  /** Pauses reading from `socket` for a while. Its response must be complete. */
  later(socket: Socket): void;
}

/** @param every schedules the next round. Default: a timer that does not keep the process alive. */
export function createSlowReading(
  every = (round: () => void): void => void setTimeout(round, PAUSE_MS).unref(),
): SlowReading {
  const waiting = new Set<Socket>();
  const readSome = (count: number): void => {
    for (const socket of waiting) {
      if (count-- <= 0) return;
      waiting.delete(socket);
      socket.resume();
    }
  };
  const round = (): void => {
    readSome(ROUND);
    if (waiting.size > 0) every(round);
  };
  return {
    later(socket) {
      if (socket.destroyed) return;
      socket.pause();
      waiting.add(socket);
      if (waiting.size === 1) every(round);
      if (waiting.size > WAITING_MAX) readSome(1);
    },
  };
}
