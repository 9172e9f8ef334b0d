/**
 * The typed client against a real system: it pays while the leader is killed, and every payment
 * happens once. As a package in another folder, it compiles and runs the example of the
 * documentation. One system for the whole file.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';
import { writePackage } from '../../generate/client-package.js';
import { getDocuments } from '../../generate/documents.js';
import { writeClientTypes } from '../../generate/client-types.js';
import {
  createMonitorClient,
  createRelevoClient,
  type Payment,
  type RelevoClient,
} from '../../client/index.js';
import type { ManagedProcess } from '../../local/processes/processes.js';
import { ROOT } from '../../shared/web/assets.js';
import { eventually } from '../support/eventually.js';
import { PATIENCE_MS, TEST_MS } from './patience.js';
import { Scene } from './scene.js';

const PATIENT = '00000000-0000-4000-8000-000000000001';
const COUNT = 60;
/** A program with a field that the document does not have. */
const WRONG = `import { createRelevoClient } from 'relevo-client';
void createRelevoClient({ baseUrl: 'x' }).pay({ patientId: 'x', amount: 1, currency: 'USD' });
`;

let scene: Scene;
let relevo: RelevoClient;
const patients = (): ManagedProcess => scene.system.patients[0] as ManagedProcess;

beforeAll(async () => {
  scene = await Scene.open({ replicas: 2 });
  relevo = createRelevoClient({
    baseUrl: patients().url,
    token: scene.system.tokens.api,
    retry: { deadlineMs: PATIENCE_MS },
  });
}, TEST_MS);
afterAll(() => scene?.close(), TEST_MS);

const payAll = (prefix: string): Promise<Payment[]> =>
  Promise.all(
    Array.from({ length: COUNT }, (_, index) =>
      relevo.payAndWait(
        { patientId: PATIENT, amountMinor: 100 + index, currency: 'USD' },
        { idempotencyKey: `${prefix}-${index}` },
      ),
    ),
  );

/** Expects one row per key, and one charge per row. */
async function expectOnce(prefix: string, paid: readonly Payment[]): Promise<void> {
  const { rows } = await scene.pool.query<{ id: string }>(
    'SELECT id FROM payment WHERE idempotency_key LIKE $1',
    [`${prefix}-%`],
  );
  expect(rows.map(({ id }) => id).sort()).toEqual(paid.map(({ id }) => id).sort());
  const charges = (await scene.charges()).filter(({ key }) => paid.some(({ id }) => id === key));
  expect(charges).toHaveLength(COUNT);
}

test(
  'pays while the leader is killed between charge and commit: each payment once, each succeeded',
  async () => {
    const leader = await scene.leader();
    const { term } = await scene.leadership();
    const { paying } = await scene.whileCommitsWait(async () => {
      const all = payAll('killed');
      await eventually(async () => (await scene.charges()).length >= 5, {
        what: 'charges',
      });
      await scene.killBeforeItCommits(leader);
      return { paying: all };
    });
    const paid = await paying;
    expect(paid.map(({ status }) => status)).toEqual(Array(COUNT).fill('SUCCEEDED'));
    // The next leader finished some of them.
    expect(paid.some((payment) => (payment.term ?? 0) > term)).toBe(true);
    await expectOnce('killed', paid);
    await leader.start();
    await scene.settled();
  },
  TEST_MS,
);

test(
  'pays while its instance is killed and restarted: each payment once',
  async () => {
    const paying = payAll('instance');
    const accepted = async (): Promise<boolean> => {
      const { rows } = await scene.pool.query<{ count: number }>(
        `SELECT count(*) AS count FROM payment WHERE idempotency_key LIKE 'instance-%'`,
      );
      return (rows[0]?.count ?? 0) > 0;
    };
    await eventually(accepted, { what: 'an accepted payment' });
    patients().kill('SIGKILL');
    await patients().exited;
    await patients().start();
    const paid = await paying;
    expect(paid.map(({ status }) => status)).toEqual(Array(COUNT).fill('SUCCEEDED'));
    await expectOnce('instance', paid);
  },
  TEST_MS,
);

test(
  'batches, lists, bills, passes, and the monitor',
  async () => {
    const batch = await relevo.fireBatch({ count: 5, patientId: PATIENT });
    expect(batch).toMatchObject({ sent: 5, succeeded: 5, availability: 1 });
    expect(await relevo.batch(batch.batchId)).toMatchObject({ sent: 5, succeeded: 5 });
    const listed: string[] = [];
    for await (const { id } of relevo.payments({ batchId: batch.batchId })) listed.push(id);
    expect(listed.sort()).toEqual(batch.payments.map(({ id }) => id).sort());
    expect(await relevo.pass(listed[0] ?? '')).toMatchObject({
      valid: true,
      patient: { id: PATIENT },
    });
    expect((await relevo.bill(PATIENT)).paidMinor).toBeGreaterThan(0);
    const monitor = createMonitorClient({
      baseUrl: (scene.system.monitors[0] as ManagedProcess).url,
      token: scene.system.tokens.operator,
    });
    const before = await monitor.leader();
    expect(await monitor.handOver('a test')).toMatchObject({ previous: before });
    expect(await monitor.leader()).not.toBe(before);
  },
  TEST_MS,
);

test(
  'a refusal is typed, with the field',
  async () => {
    await expect(
      relevo.pay({ patientId: PATIENT, amountMinor: -1, currency: 'USD' }),
    ).rejects.toMatchObject({
      name: 'RelevoProblem',
      code: 'VALIDATION_FAILED',
      status: 400,
      retryable: false,
      errors: [{ path: 'body.amountMinor' }],
    });
  },
  TEST_MS,
);

describe('as a package in another folder', () => {
  let folder: string;
  /** The errors of the compiler, in the wrong program and in all other files. */
  let errors: { wrong: string; others: string };
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'relevo-client-'));
    await writeClientTypes();
    writePackage(join(folder, 'node_modules/relevo-client'));
    for (const name of ['openapi-fetch', 'openapi-typescript-helpers', '@types']) {
      symlinkSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name));
    }
    writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
    const page = readFileSync(join(ROOT, 'docs/api.md'), 'utf8');
    const example = /```ts\n(\/\/ pay\.ts\n.*?)```/s.exec(page)?.[1] ?? '';
    errors = compileThere({ 'pay.ts': example, 'samples.ts': samplesText(), 'wrong.ts': WRONG });
  }, TEST_MS);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Compiles all files as one program: most of the time goes into the types that they share. */
  function compileThere(texts: Readonly<Record<string, string>>): typeof errors {
    const files = Object.entries(texts).map(([name, text]) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    });
    const module = ts.ModuleKind.NodeNext;
    const program = ts.createProgram(files, {
      strict: true,
      target: ts.ScriptTarget.ES2022,
      module,
      types: ['node'],
      skipLibCheck: true,
    });
    const all = [...ts.getPreEmitDiagnostics(program), ...program.emit().diagnostics];
    const inWrong = ({ file }: ts.Diagnostic): boolean =>
      file?.fileName.endsWith('/wrong.ts') ?? false;
    const format = (diagnostics: readonly ts.Diagnostic[]): string =>
      ts.formatDiagnostics(diagnostics, {
        getCanonicalFileName: (each) => each,
        getCurrentDirectory: () => folder,
        getNewLine: () => '\n',
      });
    return {
      wrong: format(all.filter(inWrong)),
      others: format(all.filter((each) => !inWrong(each))),
    };
  }

  /** Every sample of the API documents, each in its own function. */
  function samplesText(): string {
    const samples = Object.values(getDocuments()).flatMap(({ paths }) =>
      Object.values(paths).flatMap((methods) =>
        Object.values(methods).map(
          (operation) =>
            (operation['x-codeSamples'] as { lang: string; source: string }[])[1]?.source ?? '',
        ),
      ),
    );
    expect(samples.length).toBeGreaterThan(20);
    const bodies = samples.map(
      (source) => `async () => {\n${source.split('\n').slice(1).join('\n')}\n};`,
    );
    return [...new Set(samples.map((source) => source.split('\n')[0])), ...bodies].join('\n');
  }

  test(
    'the example of the documentation and every sample compile; the example pays, once',
    async () => {
      expect(errors.others).toBe('');
      const env = {
        PATH: process.env['PATH'],
        RELEVO_URL: patients().url,
        API_TOKEN: scene.system.tokens.api,
      };
      const program = promisify(execFile);
      for (let run = 1; run <= 2; run += 1) {
        const { stdout } = await program(process.execPath, [join(folder, 'pay.js')], {
          env,
          timeout: PATIENCE_MS,
        });
        expect(stdout).toMatch(/^SUCCEEDED true server_\d\n$/);
      }
      const { rows } = await scene.pool.query(
        `SELECT id FROM payment WHERE idempotency_key = 'bed-12-exit'`,
      );
      expect(rows).toHaveLength(1);
    },
    TEST_MS,
  );

  test('control: the compiler rejects a field that the document does not have', () => {
    expect(errors.wrong).toMatch(/amount/);
  });
});
