/**
 * Newman runs the whole committed collection against a real system, and then all requests with
 * effects again: the effects of a run must not break the next one.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ROOT } from '../../shared/web/assets.js';
import { eventually } from '../support/eventually.js';
import { mayUse } from '../support/tools.js';
import { startTestSystem, type TestSystem } from '../support/system.js';
import { PATIENCE_MS, TEST_MS } from './patience.js';

const file = (name: string): string => join(ROOT, `docs/postman/relevo.postman_${name}.json`);

/** Without ZooKeeper, the requests to the measurements are skipped. */
const hasRounds = mayUse('zookeeper');

let system: TestSystem;

async function readEpoch(): Promise<number> {
  const response = await fetch(`${system.measurements?.url}/epochs`);
  return ((await response.json()) as { epoch: number }).epoch;
}

beforeAll(async () => {
  system = await startTestSystem({ replicas: 2, measurements: hasRounds });
  // Old epochs exist from the first one on.
  await eventually(async () => !hasRounds || (await readEpoch()) > 0, { what: 'a device leads' });
}, TEST_MS);

function newman(
  options: readonly string[] = [],
  tokens: Partial<TestSystem['tokens']> = {},
): Promise<{ code: number; output: string }> {
  const { api, operator, internal } = { ...system.tokens, ...tokens };
  const program = createRequire(import.meta.url).resolve('newman/bin/newman.js');
  const variables = {
    baseUrl: system.process('patients_1').url,
    monitorUrl: system.process('monitor_1').url,
    measurementsUrl: system.measurements?.url ?? '',
    measurements: hasRounds ? 'yes' : 'no',
    apiToken: api,
    operatorToken: operator,
    internalToken: internal,
  };
  const values = Object.entries(variables).flatMap(([key, value]) => [
    '--env-var',
    `${key}=${value}`,
  ]);
  const args = [
    program,
    'run',
    file('collection'),
    '-e',
    file('environment'),
    ...options,
    ...values,
    '--reporters',
    'cli',
    '--color',
    'off',
  ];
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      args,
      { maxBuffer: 64 * 1024 * 1024, timeout: TEST_MS - PATIENCE_MS },
      (error, stdout, stderr) => {
        resolve({ code: error ? 1 : 0, output: stdout + stderr });
      },
    );
  });
}

/** The lines of the summary with the failures and their places. */
const failuresOf = (output: string): string[] =>
  output
    .split('\n')
    .filter((line) => /^\s*\d+\.\s|AssertionError|at assertion|inside "/.test(line));

/** Its requests have no effects, and the first run sends them after all effects of the others. */
const REFUSED = '8 Refused by every operation';

function withoutRefused(): string[] {
  const { item } = JSON.parse(readFileSync(file('collection'), 'utf8')) as {
    item: { name: string }[];
  };
  const folders = item.map(({ name }) => name).filter((name) => name !== REFUSED);
  expect(folders).toHaveLength(item.length - 1);
  return folders.flatMap((name) => ['--folder', name]);
}

test.each([
  ['the whole collection passes', () => []],
  ['all requests with effects pass again', withoutRefused],
])(
  '%s',
  async (_title, getOptions) => {
    const { code, output } = await newman(getOptions());
    expect({ code, failures: failuresOf(output) }).toEqual({ code: 0, failures: [] });
    expect(output).toContain('availability 100.000 %');
  },
  TEST_MS,
);

test(
  'control: with a wrong api token it fails',
  async () => {
    const untilFailure = ['--folder', '2 Payments and batches', '--bail'];
    const { code, output } = await newman(untilFailure, { api: 'wrong' });
    expect(failuresOf(output)).not.toEqual([]);
    expect(code).toBe(1);
  },
  TEST_MS,
);
