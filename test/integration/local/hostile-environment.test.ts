/**
 * `npm start` and `npm run studio` in an environment full of variables of PostgreSQL's programs and
 * driver: the system starts, and accepts, settles and replays a payment as usual.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../../local/processes/ports.js';
import { findDescendants } from '../../../local/processes/process-tree.js';
import type { Payment } from '../../../shared/contracts/payment.js';
import { testPostgresUrl } from '../../support/database.js';
import { eventually } from '../../support/eventually.js';
import { freeOffset } from '../../support/free-offset.js';
import { relevo, type Ran } from '../../support/relevo.js';
import { call, PAYMENT } from '../patients/setup.js';
import { onlyWhere } from '../../support/only-where.js';

const HOSTILE = {
  PGSSLMODE: 'require',
  PGOPTIONS: '-c datestyle=SQL,DMY -c search_path=nowhere -c default_transaction_read_only=on',
  PGHOST: '192.0.2.1',
  PGPORT: '1',
  PGUSER: 'nobody',
  PGPASSWORD: 'wrong',
  PGDATABASE: 'nothing',
  PGPASSFILE: '/dev/null',
  PGSERVICE: 'none',
  PGTZ: 'Asia/Kolkata',
  PGDATESTYLE: 'SQL, DMY',
  PGCLIENTENCODING: 'LATIN1',
  PGDATA: '/nowhere',
  PGAPPNAME: 'x'.repeat(100),
  PGCONNECT_TIMEOUT: '1',
  PGTARGETSESSIONATTRS: 'read-only',
  LC_ALL: 'xx_XX.ISO-8859-15',
  LANG: 'tr_TR.UTF-8',
  TZ: 'Pacific/Kiritimati',
};

let folder: string;
let running: Ran | null = null;

beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'relevo-hostile-'))));
afterEach(async () => {
  running?.child.kill('SIGTERM');
  await running?.ended;
  running = null;
  rmSync(folder, { recursive: true, force: true });
});

/** Starts a command and waits for `sign` in its output. */
async function begin(
  words: readonly string[],
  env: Record<string, string>,
  sign: string,
): Promise<Ran> {
  const ran = (running = relevo(words, { RELEVO_DATA: folder, ...HOSTILE, ...env }));
  let ended: number | string | null = null;
  void ran.ended.then((code) => (ended = code));
  await eventually(() => ended !== null || ran.out().includes(sign), {
    what: `"${sign}"`,
    deadlineMs: 90_000,
  });
  expect({ ended, says: ended === null ? '' : ran.out() + ran.err() }).toEqual({
    ended: null,
    says: '',
  });
  return ran;
}

const commandOf = (pid: number): string =>
  existsSync(`/proc/${pid}/cmdline`) ? readFileSync(`/proc/${pid}/cmdline`, 'utf8') : '';

/** The names of libpq's variables in the environment of a process. */
const libpqVariables = (pid: number): string[] =>
  readFileSync(`/proc/${pid}/environ`, 'utf8')
    .split('\0')
    .map((line) => line.slice(0, line.indexOf('=')))
    .filter((name) => /^PG[A-Z]/.test(name));

const onLinux = onlyWhere(process.platform === 'linux', 'needs Linux', test);

onLinux(
  'the system starts, accepts, settles, and answers a replay with the same bytes',
  async () => {
    const offset = await freeOffset();
    const { child } = await begin(
      ['up', '--replicas', '1'],
      { RELEVO_PORT_OFFSET: String(offset) },
      'Ctrl-C stops everything',
    );
    const { api } = JSON.parse(readFileSync(join(folder, 'tokens.json'), 'utf8')) as {
      api: string;
    };
    const url = `http://127.0.0.1:${4_000 + offset}`;
    const pay = () =>
      call(`${url}/api/payments`, {
        token: api,
        body: PAYMENT,
        headers: { 'Idempotency-Key': 'hostile', 'Prefer': 'wait=30' },
      });
    const [first, again] = [await pay(), await pay()];
    expect([first.status, again.status, again.text]).toEqual([201, 201, first.text]);
    const payment = first.body as Payment;
    expect(payment.status).toBe('SUCCEEDED');
    expect(Math.abs(Date.parse(payment.acceptedAt) - Date.now())).toBeLessThan(3_600_000);
    expect(
      (await call(`${url}/api/patients/${PAYMENT.patientId}/bill`, { token: api })).status,
    ).toBe(200);
    const started = findDescendants(child.pid ?? 0).filter(
      (pid) => !commandOf(pid).includes('esbuild'),
    ); // The compiler is not ours.
    // In no order: process ids begin again after the largest one.
    const commands = started.map(commandOf).join('\n');
    expect(commands).toMatch(/bin\/postgres/);
    expect(commands).toMatch(/patients\.mjs/);
    expect(started.flatMap(libpqVariables)).toEqual([]);
  },
  180_000,
);

onLinux('Prisma Studio receives only the address', async () => {
  const url = new URL(testPostgresUrl());
  url.pathname = '/relevo_template';
  const port = String(await freePort());
  const { child } = await begin(
    ['studio', '--port', port],
    { DATABASE_URL: url.href },
    'Prisma Studio:',
  );
  const studio = await eventually(
    () => findDescendants(child.pid ?? 0).find((pid) => commandOf(pid).includes('studio')),
    { what: 'Prisma Studio' },
  );
  expect(libpqVariables(studio ?? 0)).toEqual([]);
});
