/**
 * `relevo backup` of a running system under payments, restored into an empty installation that is
 * then started: the rows are equal, the payments that were pending finish once and are charged
 * once, and terms grow.
 */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PaymentRow } from '../../experiments/record/history.js';
import type { Batch } from '../../shared/contracts/batch.js';
import type { ManagedProcess } from '../../local/processes/processes.js';
import { eventually } from '../support/eventually.js';
import { ranHere } from '../support/relevo.js';
import { TEST_MS } from './patience.js';
import { Scene } from './scene.js';

const folder = mkdtempSync(join(tmpdir(), 'relevo-backup-'));
const [oldData, newData] = [join(folder, 'old'), join(folder, 'new')];
const [first, second] = [join(folder, 'first.zip'), join(folder, 'second.zip')];
const LEDGER = 'gateway-ledger.ndjson';

let scene: Scene | null = null;
afterAll(async () => {
  await scene?.close();
  rmSync(folder, { recursive: true, force: true });
}, TEST_MS);

const open = (dataDir: string): Promise<Scene> =>
  Scene.open({ dataDir, kindEnv: { gateway: { GATEWAY_LATENCY_MS: '50' } } });

interface Saved {
  tables: { name: string; rows: number; sha256: string }[];
}

async function run(words: string[], env: Record<string, string>): Promise<Saved> {
  const { code, out, err } = await ranHere([...words, '--json'], env);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return JSON.parse(out) as Saved;
}

/** Payments that the gateway has charged and that are pending. */
async function chargedAndPending(running: Scene): Promise<string[]> {
  const charged = new Set((await running.charges()).map(({ key }) => key));
  const payments = await running.payments();
  return payments
    .filter(({ id, status }) => status === 'PENDING' && charged.has(id))
    .map(({ id }) => id);
}

/** Backs up while some payments are charged and not committed. @returns their ids. */
async function backUpUnderLoad(running: Scene): Promise<{
  saved: Saved;
  inFlight: string[];
  term: number;
}> {
  const load = running.load({ clients: 6 });
  await load.flows(20);
  const made = await running.whileCommitsWait(async () => {
    const inFlight = await eventually(
      async () => {
        const found = await chargedAndPending(running);
        return found.length >= 3 ? found : null;
      },
      { what: 'three charges without a commit' },
    );
    const saved = await run(['backup', first], { DATABASE_URL: running.system.databaseUrl });
    return { saved, inFlight, term: (await running.leadership()).term };
  });
  // The clients have waited for their outcomes meanwhile, and go on.
  await load.flows(20);
  await running.stopLoads();
  expect(load.unsuccessful).toEqual([]);
  return made;
}

test(
  'a backup under payments, restored into an empty installation: equal rows; pending payments finish and are charged once; new terms',
  async () => {
    scene = await open(oldData);
    const { saved, inFlight, term } = await backUpUnderLoad(scene);
    const later = (await scene.payments()).length;
    await scene.close();

    await run(['restore', first], { RELEVO_DATA: newData });
    const restored = await run(['backup', second], { RELEVO_DATA: newData });
    expect(restored.tables).toEqual(saved.tables);

    // The gateway is another company: it knows all charges, also those after the backup.
    copyFileSync(join(oldData, LEDGER), join(newData, LEDGER));
    scene = await open(newData);
    const running = scene;
    await eventually(async () => (await running.pending()) === 0, {
      what: 'every payment to be final',
    });
    const { body } = await running.ask(
      running.system.patients[0] as ManagedProcess,
      '/api/batches',
      {
        headers: { 'idempotency-key': 'after the restore' },
        body: { count: 50 },
      },
    );
    expect(body as Batch).toMatchObject({ sent: 50, succeeded: 50 });

    const payments = new Map((await running.payments()).map((row) => [row.id, row]));
    expect(payments.size - 50).toBeLessThan(later);
    for (const id of inFlight)
      expect(payments.get(id)).toMatchObject({ status: 'SUCCEEDED' } satisfies Partial<PaymentRow>);
    const terms = (await running.batchIds('after the restore')).map((id) => payments.get(id)?.term);
    expect(Math.min(...terms.map(Number))).toBeGreaterThan(term);

    const keys = (await running.charges()).map(({ key }) => key);
    expect(inFlight.every((id) => keys.includes(id))).toBe(true);
    expect(new Set(keys).size).toBe(keys.length);
    // The gateway alone knows what was paid after the backup.
    const violations = await running.verdict();
    expect(violations.filter(({ rule }) => rule !== 'charged-not-saved')).toEqual([]);
    const unknown = new Set(violations.flatMap(({ ids }) => ids));
    expect(unknown.size).toBe(later - saved.tables.find(({ name }) => name === 'payment')!.rows);
  },
  2 * TEST_MS,
);
