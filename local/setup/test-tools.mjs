/**
 * Provides programs that only tests need: a browser, Prometheus. Only `npm test` provides them, and
 * only those of the selected tests. When a program is unavailable, its tests are skipped and one
 * line names the package to install; in CI (`CI=true`) that is a failure.
 */
import { join } from 'node:path';
import { installPackage, unpackPackage } from './apt.mjs';
import { alone } from './lock.mjs';
import { provideBalancer } from './balancers.mjs';
import { findKubectl, provideKubectl } from './kubectl.mjs';
import { BALANCER_PROGRAMS, CLUSTER_PROGRAMS, findProgram, JAVA } from './programs.mjs';
import { say, SetupError } from './run.mjs';
import { hasStandby, provideStandby } from './standby.mjs';
import { hasZookeeper, provideZookeeper } from './zookeeper.mjs';

/** @returns the failure as text; null: all are installed. */
async function attempt(provide) {
  try {
    await provide();
    return null;
  } catch (error) {
    return error.message;
  }
}

async function provideBalancers() {
  for (const name of Object.keys(BALANCER_PROGRAMS)) await provideBalancer(name);
}

/**
 * For each tool: its programs (one list of names per program, or a function that finds them), a
 * further condition, the tests that use it, the installation, and the advice for the user.
 */
const TOOLS = {
  chromium: {
    label: 'Chromium',
    programs: [['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']],
    tests: /^test\/browser\//,
    provide: () =>
      installPackage(
        'Chromium, for the browser tests (some 100 MB)',
        'chromium',
        'fonts-liberation',
      ),
    advice:
      'install Chromium (Debian: apt-get install chromium), or name it with CHROMIUM=/path/to/it',
  },
  balancers: {
    label: 'A load balancer',
    programs: Object.values(BALANCER_PROGRAMS).map(({ names }) => names),
    tests: /^test\/(integration|process)\/balancer\//,
    provide: () => attempt(provideBalancers),
    advice: 'install the load balancers (Debian: apt-get install haproxy apache2-bin nginx-light)',
  },
  patroni: {
    label: 'Patroni with etcd and PostgreSQL',
    programs: Object.values(CLUSTER_PROGRAMS).map(({ names }) => names),
    isComplete: hasStandby,
    tests: /^test\/(integration|process)\/standby\//,
    provide: () => attempt(provideStandby),
    advice:
      'install Patroni, etcd and PostgreSQL (Debian: apt-get install patroni etcd-server python3-etcd python3-psycopg2 postgresql tini)',
  },
  zookeeper: {
    label: 'ZooKeeper with Java',
    programs: [JAVA.names],
    isComplete: hasZookeeper,
    tests:
      /^test\/(integration\/metrics\/(exposition|prometheus)\.|(integration|process)\/zookeeper\/)/,
    provide: () => attempt(provideZookeeper),
    advice:
      'install ZooKeeper and Java (Debian: apt-get install libzookeeper-java default-jre-headless)',
  },
  kubectl: {
    label: 'kubectl',
    find: (folder) => {
      const path = findKubectl(folder);
      return path === null ? null : [path];
    },
    tests: /^test\/(unit\/kubernetes\/|integration\/cli\/deploy-check\.)/,
    provide: (folder) => provideKubectl(folder).catch((error) => error.message),
    advice: 'install kubectl 1.27 or newer (Debian 13: apt-get install kubernetes-client)',
  },
  prometheus: {
    label: 'Prometheus',
    programs: [['prometheus'], ['promtool']],
    tests: /^test\/integration\/metrics\//,
    provide: (folder) =>
      unpackPackage('Prometheus, for the tests of metrics (20 MB)', 'prometheus', folder),
    advice:
      'install Prometheus (Debian: apt-get install prometheus; macOS: brew install prometheus)',
  },
};

const getFolder = (root, name) => join(root, '.data/tools', name);

/** The paths of a tool's programs, in the order of the list; null when one is missing. */
export function findTool(root, name) {
  const given = name === 'chromium' ? process.env.CHROMIUM : undefined;
  if (given) return [given];
  const { programs, find, isComplete = () => true } = TOOLS[name];
  if (find) return find(getFolder(root, name));
  const paths = programs.map((names) =>
    findProgram(names, [join(getFolder(root, name), 'usr/bin')]),
  );
  return paths.includes(null) || !isComplete() ? null : paths;
}

/** The advice for the user, as the end of a sentence. */
export const adviceOn = (name) => TOOLS[name].advice;

/** The tools that the tests at these paths (relative to the project's root) use. */
export const getTools = (paths) =>
  Object.keys(TOOLS).filter((name) => paths.some((path) => TOOLS[name].tests.test(path)));

/** @throws SetupError that names the package to install, only in CI. */
async function provideTool(root, name, inCi) {
  if (findTool(root, name)) return;
  const { label, provide, advice } = TOOLS[name];
  const failure = await provide(getFolder(root, name));
  if (findTool(root, name)) return;
  const missing = `${label} is missing: ${advice}.${failure ? `\nThe attempt to provide it ended with:\n${failure}` : ''}`;
  if (inCi) throw new SetupError(missing);
  say(`Some tests are skipped: ${missing}`);
}

/**
 * Provides the tools of the selected tests.
 * @param inCi whether an unavailable tool is a failure.
 * @throws SetupError that names the package to install, only in CI.
 */
export async function provideTestTools(root, paths, inCi) {
  const missing = getTools(paths).filter((name) => !findTool(root, name));
  if (missing.length === 0) return;
  await alone(join(root, '.data/setup.lock'), async () => {
    for (const name of missing) await provideTool(root, name, inCi);
  });
}
