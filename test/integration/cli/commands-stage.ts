/**
 * Shared by the tests of the commands: a real system, recorded in relevo.json as `npm start` does,
 * so that the commands find it. Importing this module installs its hooks.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { GatewayFaults } from '../../../gateway/faults.js';
import { lockInstallation, type Lock } from '../../../local/installation.js';
import { eventually } from '../../support/eventually.js';
import { ranHere } from '../../support/relevo.js';
import { startTestSystem, type TestSystem } from '../../support/system.js';

export let system: TestSystem;
export let folder: string;
export let env: Record<string, string>;
let lock: Lock;
let database: pg.Client;

/** Records the system as `npm start` does. */
export function writeDown(): void {
  const processes = system.processes.map(({ name, kind, pid, port, url }) => ({
    name,
    kind,
    pid,
    port,
    url,
  }));
  const { databaseUrl, redisUrl } = system;
  lock.write({
    addresses: Object.fromEntries(processes.map(({ name, url }) => [name, url])),
    processes,
    databaseUrl,
    redisUrl,
  });
}

/** Some commands are processes, which take seconds to start on a busy machine. */
export const PATIENCE_MS = 180_000;
export const PATIENT = '00000000-0000-4000-8000-000000000001';
export const json = <T>(text: string): T => JSON.parse(text) as T;

interface Status {
  partitions: { leader: string; term: number }[];
  replicas: { id: string; observed: string; admin: string }[];
}

/** Asks the monitor itself. */
export const status = async (): Promise<Status> =>
  (await (await fetch(`${system.monitors[0]?.url}/status`)).json()) as Status;
export const leader = async (): Promise<string> => (await status()).partitions[0]?.leader ?? '';
/** As the command shows it. */
export const shownLeader = async (): Promise<string | undefined> =>
  json<{ status: Status }>((await ranHere(['status', '--json'], env)).out).status.partitions[0]
    ?.leader;
export const allUp = (): Promise<unknown> =>
  eventually(
    async () =>
      (await status()).replicas.every(
        ({ observed, admin }) => observed === 'alive' && admin === 'ready',
      ),
    { what: 'all replicas up', deadlineMs: 90_000 },
  );

/** Sets the faults of the gateway; those that are not named are healed. */
export async function setGatewayFaults(faults: Partial<GatewayFaults>): Promise<void> {
  const headers = {
    'authorization': `Bearer ${system.tokens.internal}`,
    'content-type': 'application/json',
  };
  await fetch(`${system.gateway?.url}/faults`, {
    method: 'POST',
    headers,
    body: JSON.stringify(faults),
  });
}

/** Sets the delay of the gateway's answers; 0 removes it. */
export const slowGateway = (slowMs: number): Promise<void> => setGatewayFaults({ slowMs });

export const waiting = async (): Promise<number> =>
  (
    await database.query<{ count: number }>(
      "SELECT count(*)::int AS count FROM payment WHERE status = 'PENDING'",
    )
  ).rows[0]?.count ?? 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'relevo-cli-'));
  system = await startTestSystem();
  env = { RELEVO_DATA: folder };
  lock = lockInstallation(folder);
  writeDown();
  writeFileSync(join(folder, 'tokens.json'), JSON.stringify(system.tokens), { mode: 0o600 });
  database = new pg.Client({ connectionString: system.databaseUrl });
  database.on('error', () => undefined);
  await database.connect();
  await eventually(leader, { what: 'a leader' });
}, PATIENCE_MS);
afterAll(async () => {
  await database.end();
  lock.release();
  rmSync(folder, { recursive: true, force: true });
});
