/**
 * Programs that only tests need: a browser, Prometheus. `npm test` provides those that the selected tests use; nothing else does.
 * Where one cannot be had, its tests are skipped and one line says what to install; in CI (`CI=true`) that is a failure.
 */
import { join } from 'node:path';
import { installPackage, unpackPackage } from './apt.mjs';
import { alone } from './lock.mjs';
import { findProgram } from './programs.mjs';
import { say, SetupError } from './run.mjs';

/** Each: its programs, one list of names a program; which tests use it; how it is provided; what to do by hand. */
const TOOLS = {
  chromium: {
    label: 'Chromium',
    programs: [['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']],
    tests: /^test\/browser\//,
    provide: () => installPackage('Chromium, for the browser tests (some 100 MB)', 'chromium', 'fonts-liberation'),
    advice: 'install Chromium (Debian: apt-get install chromium), or name it with CHROMIUM=/path/to/it',
  },
  prometheus: {
    label: 'Prometheus',
    programs: [['prometheus'], ['promtool']],
    tests: /^test\/integration\/metrics\//,
    provide: (folder) => unpackPackage('Prometheus, for the tests of metrics (20 MB)', 'prometheus', folder),
    advice: 'install Prometheus (Debian: apt-get install prometheus; macOS: brew install prometheus)',
  },
};

const folderOf = (root, name) => join(root, '.data/tools', name);

/** The paths of a tool's programs, in the order in which they are listed; null when one of them is missing. */
export function findTool(root, name) {
  const given = name === 'chromium' ? process.env.CHROMIUM : undefined;
  if (given) return [given];
  const paths = TOOLS[name].programs.map((names) => findProgram(names, [join(folderOf(root, name), 'usr/bin')]));
  return paths.includes(null) ? null : paths;
}

/** What to do by hand, as the end of a sentence. */
export const adviceOn = (name) => TOOLS[name].advice;

/** The tools that tests at these paths (from the project's root) use. */
export const toolsOf = (paths) => Object.keys(TOOLS).filter((name) => paths.some((path) => TOOLS[name].tests.test(path)));

/** @throws SetupError that says what to install, in CI alone. */
async function provideTool(root, name, inCi) {
  if (findTool(root, name)) return;
  const { label, provide, advice } = TOOLS[name];
  const failure = await provide(folderOf(root, name));
  if (findTool(root, name)) return;
  const missing = `${label} is missing: ${advice}.${failure ? `\nThe attempt to provide it ended with:\n${failure}` : ''}`;
  if (inCi) throw new SetupError(missing);
  say(`The tests that need it are skipped, for ${missing}`);
}

/**
 * Provides the tools of the selected tests.
 * @param inCi whether a tool that cannot be had is a failure.
 * @throws SetupError that says what to install, in CI alone.
 */
export async function provideTestTools(root, paths, inCi) {
  const missing = toolsOf(paths).filter((name) => !findTool(root, name));
  if (missing.length === 0) return;
  await alone(join(root, '.data/setup.lock'), async () => {
    for (const name of missing) await provideTool(root, name, inCi);
  });
}
