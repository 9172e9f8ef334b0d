/**
 * Programs that only tests need. `npm test` provides them (local/setup/test-tools.mjs). Where one
 * is missing, the tests that need it are skipped, and their title names the program to install. In
 * CI these tests run and fail.
 */
import { adviceOn, findTool, type ToolName } from '../../local/setup/test-tools.mjs';
import { ROOT } from '../../local/root.js';

const inCi = (): boolean => process.env['CI'] === 'true';

/** The programs of a tool. @throws Error that names the program to install. */
export function toolPrograms(name: ToolName): string[] {
  const programs = findTool(ROOT, name);
  if (programs === null) throw new Error(`Missing: ${adviceOn(name)}`);
  return programs;
}

/** Whether tests may use a tool; always in CI, where a missing one makes them fail. */
export const mayUse = (name: ToolName): boolean => findTool(ROOT, name) !== null || inCi();

/** `describe` for tests that need a tool. */
export function describeWith(name: ToolName, title: string, tests: () => void): void {
  const runs = mayUse(name);
  (runs ? describe : describe.skip)(runs ? title : `${title}: skipped; ${adviceOn(name)}`, tests);
}
