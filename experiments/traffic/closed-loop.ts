/**
 * Closed loop: so many clients, each waits for its answer before it sends again. For comparison only: while the system is slow these
 * clients send less, so slow moments hold few of the samples and its percentiles flatter ("coordinated omission").
 */
export interface ClosedLoopOptions {
  /** How many requests in all; Infinity: until `stop` fires. */
  count: number;
  /** Clients side by side. */
  clients: number;
  signal: AbortSignal;
  /** Ends the sending in good order; what was sent is still awaited. */
  stop?: AbortSignal;
  /** Sends request `index`; it is due when its client is free: now. */
  send: (index: number, intendedMs: number) => Promise<void>;
}

/** Resolves when every request was sent and answered. @throws AbortError. */
export async function closedLoop({ count, clients, signal, stop, send }: ClosedLoopOptions): Promise<void> {
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
