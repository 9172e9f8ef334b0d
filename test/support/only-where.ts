/**
 * Tests with requirements on the machine: skipped where the requirement is missing, with the reason
 * in their title.
 */

interface Runner<Work> {
  (title: string, work: Work, timeoutMs?: number): void;
  skip(title: string, work: Work, timeoutMs?: number): void;
}

/**
 * @param has whether the machine has what the tests need.
 * @param reason of the skip otherwise: "needs Linux".
 * @param runner `test` or `describe`.
 */
export const onlyWhere =
  <Work>(has: boolean, reason: string, runner: Runner<Work>) =>
  (title: string, work: Work, timeoutMs?: number): void => {
    if (has) runner(title, work, timeoutMs);
    else runner.skip(`${title} (skipped: ${reason})`, work, timeoutMs);
  };
