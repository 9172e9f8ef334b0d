/** Restarts one process of a rolling restart, and waits for conditions after it. */
import { pollUntil } from '../../shared/wait-until.js';
import type { ManagedProcess } from '../processes/processes.js';
import { answersOk } from '../processes/service-process.js';

export const POLL_MS = 50;

/** Rejects with the reason of `signal` when it fires first. */
export async function waitForCheck(
  check: () => Promise<boolean>,
  signal: AbortSignal,
): Promise<void> {
  await pollUntil(check, { deadlineMs: Infinity, pollMs: POLL_MS, signal });
}

/** Never starts a process of a system that stops. */
export async function stopAndStart(process: ManagedProcess, signal: AbortSignal): Promise<void> {
  await process.stop();
  signal.throwIfAborted();
  await process.start();
}

/** Restarts a service and waits until it is ready. */
export async function restartService(process: ManagedProcess, signal: AbortSignal): Promise<void> {
  await stopAndStart(process, signal);
  await waitForCheck(() => answersOk(`${process.url}/readyz`), signal);
}
