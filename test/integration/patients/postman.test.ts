/** Newman runs the committed collection against a real patients service, all folders but the monitor's. */
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { startFakeLeader, type FakeLeader } from './fake-leader.js';
import { createSetup, TOKENS, type Setup } from './setup.js';

const file = (name: string): string => fileURLToPath(new URL(`../../../docs/postman/relevo.postman_${name}.json`, import.meta.url));
const FOLDERS = ['Start here', 'Payments', 'Patients', 'Instance', 'Refused', 'Tokens'];

let setup: Setup;
let leader: FakeLeader;
let baseUrl: string;

beforeAll(async () => {
  setup = await createSetup();
  baseUrl = (await setup.start()).url;
  leader = await startFakeLeader(setup);
});

afterAll(async () => {
  await leader?.stop();
  await setup?.end();
});

function newman(variables: Record<string, string>): Promise<{ code: number; output: string }> {
  const program = createRequire(import.meta.url).resolve('newman/bin/newman.js');
  const folders = FOLDERS.flatMap((name) => ['--folder', name]);
  const values = Object.entries(variables).flatMap(([key, value]) => ['--env-var', `${key}=${value}`]);
  const args = [program, 'run', file('collection'), '-e', file('environment'), ...folders, ...values, '--reporters', 'cli', '--color', 'off'];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { maxBuffer: 64 * 1024 * 1024, timeout: 90_000 }, (error, stdout, stderr) => {
      resolve({ code: error ? 1 : 0, output: stdout + stderr });
    });
  });
}

test('the whole collection passes', async () => {
  const { code, output } = await newman({ baseUrl, apiToken: TOKENS.API_TOKEN, operatorToken: TOKENS.OPERATOR_TOKEN });
  expect({ code, failures: output.split('\n').filter((line) => /^\s*\d+\.\s|AssertionError/.test(line)) }).toEqual({ code: 0, failures: [] });
  expect(output).toContain('availability 100.000 %');
}, 120_000);

test('control: with a wrong api token it fails', async () => {
  const { code } = await newman({ baseUrl, apiToken: 'wrong', operatorToken: TOKENS.OPERATOR_TOKEN });
  expect(code).toBe(1);
}, 120_000);
