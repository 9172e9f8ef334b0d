/**
 * No synchronous call of the file system or of a program may end a running process. Such a call
 * throws when another program moved a file, and an exception in an event handler or a timer ends
 * the process. Each file of the services, of `local/` and of `cli/` with such calls is listed with
 * the reason why they are safe; in handlers such calls must be in a `try`.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { ROOT } from '../../local/root.js';

/** Calls that touch no file and start no program. */
const HARMLESS = new Set(['hkdfSync', 'gzipSync', 'randomFillSync']);
const LISTED = [
  'monitor',
  'payments',
  'patients',
  'gateway',
  'measurements',
  'shared',
  'local',
  'cli',
];

const START = 'before anything runs: a failure fails the start';
const GUARDED = 'every call that can fail is in a try and returns its failure as a value';
const COMMAND = 'a command that ends anyway and reports the failure';
const OWN_FILES = 'reads files of the program itself while the program loads or starts';
const LOOKS = 'checks whether a path exists; does not throw';

/** File, its synchronous calls, and the reason why they are safe. */
const ALLOWED: readonly [file: string, calls: string, reason: string][] = [
  ['cli/commands/completion.ts', 'existsSync readdirSync', COMMAND],
  ['cli/programs/log-tail.ts', 'readdirSync', COMMAND],
  ['cli/programs/open-browser.ts', 'accessSync', LOOKS],
  ['cli/programs/up.ts', 'closeSync mkdirSync openSync', COMMAND],
  ['cli/doctor/clock.ts', 'statSync', COMMAND],
  ['cli/doctor/data-folder.ts', 'accessSync existsSync rmSync statSync writeFileSync', COMMAND],
  ['cli/doctor/disk.ts', 'existsSync', LOOKS],
  ['cli/doctor/limits.ts', 'readFileSync', GUARDED],
  ['cli/doctor/node.ts', 'existsSync', LOOKS],
  ['cli/doctor/tools.ts', 'existsSync', LOOKS],
  ['cli/programs/handbook-cli.ts', 'readFileSync writeFileSync', COMMAND],
  [
    'gateway/ledger.ts',
    'closeSync existsSync fstatSync ftruncateSync mkdirSync openSync readFileSync truncateSync writeSync',
    'opened before the gateway listens; a line that cannot be written is a Problem of its request; closed by the shutdown sequence, which bears failures',
  ],
  ['local/processes/build-inputs.ts', 'readFileSync statSync', START],
  ['local/processes/compile.ts', 'mkdirSync renameSync', START],
  [
    'local/installation.ts',
    'readFileSync renameSync rmSync writeFileSync',
    `the lock is taken ${START}; what handlers call is in attempt()`,
  ],
  ['local/engines/migrate.ts', 'existsSync readFileSync readdirSync', START],
  ['local/modes.ts', 'chmodSync lstatSync mkdirSync readdirSync', START],
  ['local/node-versions/checks.ts', 'rmSync', COMMAND],
  ['local/node-versions/install.ts', 'existsSync mkdirSync', COMMAND],
  ['local/node-versions/main.ts', 'execFileSync', COMMAND],
  ['local/processes/ports.ts', 'readFileSync readdirSync readlinkSync', GUARDED],
  ['local/engines/account.ts', 'readFileSync spawnSync', START],
  ['local/engines/cluster-folder.ts', 'existsSync mkdirSync readFileSync writeFileSync', START],
  ['local/engines/cluster-programs.ts', 'existsSync readFileSync', START],
  ['local/engines/etcd.ts', 'mkdirSync', START],
  ['local/engines/patroni.ts', 'chmodSync mkdirSync realpathSync writeFileSync', START],
  ['local/engines/postmaster.ts', 'readFileSync statSync', GUARDED],
  ['local/engines/primary-route.ts', 'mkdirSync writeFileSync', START],
  ['local/engines/reaper.ts', 'readFileSync', GUARDED],
  ['local/engines/record-mode.ts', 'existsSync', LOOKS],
  ['local/engines/zookeeper.ts', 'mkdirSync writeFileSync', START],
  ['local/setup/zookeeper.mjs', 'existsSync', LOOKS],
  ['local/setup/kubectl.mjs', 'mkdirSync mkdtempSync readdirSync rmSync spawnSync', START],
  ['local/setup/standby.mjs', 'existsSync readFileSync', START],
  ['local/engines/apache.ts', 'existsSync', LOOKS],
  ['local/engines/balancer.ts', 'mkdirSync rmSync writeFileSync', START],
  ['local/engines/postgres-binaries.ts', 'existsSync readFileSync symlinkSync', START],
  ['local/setup/balancers.mjs', 'existsSync', LOOKS],
  [
    'local/engines/postgres.ts',
    'chmodSync existsSync mkdirSync readFileSync readdirSync renameSync rmSync writeFileSync',
    START,
  ],
  [
    'local/processes/process-tree.ts',
    'readFileSync readdirSync spawnSync',
    `${GUARDED}; spawnSync does not throw for a program that is missing`,
  ],
  [
    'local/engines/redis.ts',
    'existsSync mkdirSync readFileSync rmSync writeFileSync',
    `${START}; wipe() is the lab's, whose faults bear failures`,
  ],
  ['local/engines/seed.ts', 'existsSync', LOOKS],
  ['local/engines/sentinel.ts', 'existsSync readFileSync', START],
  ['local/setup/apt.mjs', 'mkdirSync mkdtempSync readdirSync rmSync', START],
  ['local/setup/bare-doctor.mjs', 'existsSync', LOOKS],
  [
    'local/setup/lock.mjs',
    'mkdirSync readFileSync rmSync writeFileSync',
    `${START}; the release is in a try`,
  ],
  ['local/setup/packages.mjs', 'existsSync readFileSync', OWN_FILES],
  ['local/setup/prisma.mjs', 'existsSync readFileSync writeFileSync', OWN_FILES],
  ['local/setup/programs.mjs', 'accessSync readdirSync', GUARDED],
  ['local/setup/run.mjs', 'spawnSync', 'does not throw for a program that is missing'],
  ['local/setup/starter.mjs', 'readFileSync', GUARDED],
  ['local/system.ts', 'mkdirSync', START],
  ['local/run-folder.ts', 'mkdtempSync readFileSync readdirSync rmSync writeFileSync', COMMAND],
  ['local/test.ts', 'existsSync mkdirSync readdirSync', COMMAND],
  ['local/tokens.ts', 'chmodSync existsSync mkdirSync readFileSync writeFileSync', START],
  ['monitor/http/routes.ts', 'readFileSync', OWN_FILES],
  ['shared/http/docs/files.ts', 'readFileSync', OWN_FILES],
  ['shared/web/assets.ts', 'existsSync readFileSync', OWN_FILES],
];

function sourcesOf(folders: readonly string[]): { path: string; text: string }[] {
  const paths = folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map(
      (name) => `${folder}/${name}`,
    ),
  );
  return paths
    .filter((path) => /\.(ts|mjs)$/.test(path))
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));
}

/** Every call of a function with a name that ends with `Sync`. */
function syncCalls(text: string): { name: string; node: ts.CallExpression }[] {
  const found: { name: string; node: ts.CallExpression }[] = [];
  // Most files have no such call and need not be parsed.
  if (!/Sync\b/.test(text)) return found;
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const name = ts.isPropertyAccessExpression(node.expression)
        ? node.expression.name.text
        : node.expression.getText();
      if (/^\w+Sync$/.test(name) && !HARMLESS.has(name)) found.push({ name, node });
    }
    node.forEachChild(visit);
  };
  visit(ts.createSourceFile('x.ts', text, ts.ScriptTarget.ES2022, true));
  return found;
}

const listOf = (path: string, text: string): string[] => {
  const names = [...new Set(syncCalls(text).map(({ name }) => name))].sort();
  return names.length === 0 ? [] : [`${path}: ${names.join(' ')}`];
};

const REGISTERS = /^(on|once|addEventListener|setTimeout|setInterval|setImmediate)$/;

const isHandler = (node: ts.Node): boolean => {
  if (
    !(ts.isArrowFunction(node) || ts.isFunctionExpression(node)) ||
    !ts.isCallExpression(node.parent)
  )
    return false;
  const { expression } = node.parent;
  return REGISTERS.test(
    ts.isPropertyAccessExpression(expression) ? expression.name.text : expression.getText(),
  );
};

/** A call without a `try` in a function passed to an event or a timer. */
function isUnguarded(call: ts.Node): boolean {
  for (let node = call; ; node = node.parent) {
    if (ts.isTryStatement(node.parent) && node.parent.tryBlock === node) return false;
    if (isHandler(node)) return true;
    if (ts.isSourceFile(node.parent)) return false;
  }
}

const unguardedIn = (text: string): string[] =>
  syncCalls(text)
    .filter(({ node }) => isUnguarded(node))
    .map(({ name }) => name);

test('every file with synchronous calls, and no other, is listed with the reason why they are safe', () => {
  expect(
    sourcesOf(LISTED)
      .flatMap(({ path, text }) => listOf(path, text))
      .sort(),
  ).toEqual(ALLOWED.map(([file, calls]) => `${file}: ${calls}`).sort());
});

test('control: a new call is found, a call of another kind is not', () => {
  expect(
    listOf(
      'local/x.ts',
      "import fs, { statSync } from 'node:fs'; statSync(a); fs.rmSync(b); hkdfSync(c); doAsync(d);",
    ),
  ).toEqual(['local/x.ts: rmSync statSync']);
});

test('no handler of an event or a timer has an unguarded call', () => {
  expect(
    sourcesOf([...LISTED, 'experiments']).flatMap(({ path, text }) =>
      unguardedIn(text).map((name) => `${path}: ${name}`),
    ),
  ).toEqual([]);
});

test.each([
  ["stream.on('line', (line) => appendFileSync(file, line));", ['appendFileSync']],
  ["process.once('exit', function () { rmSync(file); });", ['rmSync']],
  ['setInterval(() => { if (isOld) fs.renameSync(a, b); }, 1_000);', ['renameSync']],
  [
    "stream.on('line', (line) => { try { appendFileSync(file, line); } catch (error) { lost += 1; } });",
    [],
  ],
  [
    "stream.on('line', (line) => { try { work(); } catch (error) { appendFileSync(file, line); } });",
    ['appendFileSync'],
  ],
  ['const text = readFileSync(file);', []],
])('control: in %j are %j', (text, found) => expect(unguardedIn(text)).toEqual(found));
