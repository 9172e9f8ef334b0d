/**
 * A connection that was refused is read again a moment later, in turn with the others. A client that ignores `Retry-After` asks again
 * at once; thousands of them keep the event loop in one round of reading (libuv reads on while a poll brings 1,024 events), and no
 * timer, no insert and no outcome of those who were let in gets its turn: seconds pass. So refusing has a speed, and what is not read
 * waits where it costs nothing here, in the kernel and at the client. Who comes back when told notices nothing.
 */
import type { Socket } from 'node:net';

/** Connections read again per round, and the pause between rounds, in ms: 4,000 a second, about a third of a core. */
const ROUND = 40;
const PAUSE_MS = 10;
/** Most connections not read; beyond that the first is read at once. A client that left is noticed only when it is read. */
const WAITING_MAX = 20_000;

export interface SlowReading {
  /** Stops reading `socket`, for now. Its answer must be out. */
  later(socket: Socket): void;
}

/** @param every how a round is put off; a timer that keeps no process alive. */
export function createSlowReading(every = (round: () => void): void => void setTimeout(round, PAUSE_MS).unref()): SlowReading {
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
