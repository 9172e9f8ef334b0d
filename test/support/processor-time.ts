/**
 * Processor time of a synchronous call. A busy machine does not change it much, so a limit far
 * above the usual cost fails only for code whose cost grows faster than its input.
 */

/** Errors of `run` are thrown. @returns its processor time in ms, and its result. */
export function measureCost<T>(run: () => T): { costMs: number; result: T } {
  const before = process.cpuUsage();
  const result = run();
  const { user, system } = process.cpuUsage(before);
  return { costMs: (user + system) / 1_000, result };
}
