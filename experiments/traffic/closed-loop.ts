/**
 * Closed loop: a fixed number of clients, each of which waits for its response before it sends
 * again. Only for comparison: while the system is slow, these clients send less, so slow periods
 * contribute few samples and the percentiles are too good ("coordinated omission").
 */
export interface ClosedLoopOptions {
  /** Number of requests; Infinity: until `stop` fires. */
  count: number;
  /** Number of concurrent clients. */
  clients: number;
  signal: AbortSignal;
  /** Stops sending gracefully; open requests are still awaited. */
  stop?: AbortSignal;
  /** Sends request `index`, which is due as soon as its client is free, that is, now. */
  send: (index: number, intendedMs: number) => Promise<void>;
}

/** Resolves when every request was sent and answered. @throws AbortError. */
export async function sendClosedLoop({
  count,
  clients,
  signal,
  stop,
  send,
}: ClosedLoopOptions): Promise<void> {
  let index = 0;
  const keepSending = async (): Promise<void> => {
    while (index < count && !stop?.aborted) {
      signal.throwIfAborted();
      await send(index++, performance.timeOrigin + performance.now());
    }
  };
  const outcomes = await Promise.allSettled(Array.from({ length: clients }, keepSending));
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason as Error;
}
