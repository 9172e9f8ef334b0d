/** Waits for several things at once, and leaves nothing running after an error. */

/** Waits for all, also after an error. @throws the first error. */
export async function settleAll<T extends readonly unknown[]>(
  work: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const settled = await Promise.allSettled(work);
  const failed = settled.find((one) => one.status === 'rejected');
  if (failed) throw failed.reason as Error;
  return Promise.all(work);
}

/** Resolves when either is done. @throws the error of the one that is done first. */
export const race = async (one: Promise<unknown>, other: Promise<unknown>): Promise<void> =>
  void (await Promise.race([one, other]));
