/**
 * A whole system on a database and a role with hostile defaults, in a schema that the address
 * names: every pool (patients, Prisma, replicas, monitor, lab) and every program with a single
 * connection (migrations, seed, doctor) works as usual.
 */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { migrate } from '../../local/engines/migrate.js';
import { testPostgresUrl } from '../support/database.js';
import { ran } from '../support/relevo.js';
import { TEST_MS } from './patience.js';
import { Scene } from './scene.js';

const OF_ROLE = [
  "datestyle = 'SQL, DMY'",
  "timezone = 'Asia/Kolkata'",
  'intervalstyle = iso_8601',
  'bytea_output = escape',
  'extra_float_digits = -10',
  'standard_conforming_strings = off',
  'array_nulls = off',
  'default_transaction_isolation = serializable',
  'statement_timeout = 1',
  'lock_timeout = 1',
  'idle_in_transaction_session_timeout = 1',
  'idle_session_timeout = 50',
  'search_path = nowhere',
];
const OF_DATABASE = [
  "datestyle = 'German, DMY'",
  "timezone = 'America/Bogota'",
  'synchronous_commit = off',
  'search_path = pg_catalog',
  'statement_timeout = 2',
];

const name = `hostile_${randomBytes(4).toString('hex')}`;
const password = randomBytes(12).toString('hex');
const addressOf = (query = ''): string => {
  const url = new URL(testPostgresUrl());
  Object.assign(url, { username: name, password, pathname: `/${name}` });
  return `${url.href}${query}`;
};

async function asSuperuser(...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: testPostgresUrl() });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

beforeAll(async () => {
  await asSuperuser(
    `CREATE ROLE ${name} LOGIN PASSWORD '${password}'`,
    `CREATE DATABASE ${name} OWNER ${name}`,
  );
  await asSuperuser(
    ...OF_ROLE.map((setting) => `ALTER ROLE ${name} SET ${setting}`),
    ...OF_DATABASE.map((setting) => `ALTER DATABASE ${name} SET ${setting}`),
  );
}, TEST_MS);
afterAll(
  () => asSuperuser(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`, `DROP ROLE IF EXISTS ${name}`),
  TEST_MS,
);

test(
  'a system in its own schema pays, replays the same bytes, lists, and passes the checkers',
  async () => {
    const scene = await Scene.open({ databaseUrl: addressOf('?schema=hospital%201') });
    try {
      const load = scene.load();
      await load.flows();
      await load.stop();
      expect(load.unsuccessful).toEqual([]);
      const [patients, monitor] = [
        scene.system.process('patients_1'),
        scene.system.process('monitor_1'),
      ];
      const body = { patientId: scene.patients[0], amountMinor: 15_000, currency: 'USD' };
      const pay = () =>
        scene.ask(patients, '/api/payments', {
          headers: { 'idempotency-key': 'role', 'prefer': 'wait=30' },
          body,
        });
      const [first, again] = [await pay(), await pay()];
      expect([first.status, again.status, again.text]).toEqual([201, 201, first.text]);
      const { id } = first.body as { id: string };
      const read = [
        '/api/payments?limit=1',
        '/api/payments.csv',
        `/api/payments/${id}`,
        `/api/patients/${scene.patients[0]}/bill`,
        '/api/patients',
      ];
      for (const path of read)
        expect([path, (await scene.ask(patients, path)).status]).toEqual([path, 200]);
      for (const path of [`/payments/${id}.json`, '/payments.json', '/elections', '/status']) {
        expect([path, (await scene.ask(monitor, path, { token: 'operator' })).status]).toEqual([
          path,
          200,
        ]);
      }
      const { rows } = await scene.pool.query(
        'SELECT DISTINCT schemaname AS schema FROM pg_tables WHERE tableowner = $1',
        [name],
      );
      expect(rows).toEqual([{ schema: 'hospital 1' }]);
      expect(await scene.verdict(load.requests)).toEqual([]);
      const doctor = await ran(['doctor', '--json'], { DATABASE_URL: scene.system.databaseUrl });
      expect(doctor.out).toMatch(/"migrations"[^}]*all applied/);
    } finally {
      await scene.close();
    }
  },
  TEST_MS,
);

test(
  'an address without a schema does not start a second installation',
  async () => {
    await expect(migrate(addressOf())).rejects.toThrow(
      /are in the schema hospital 1 of this database, .* add \?schema=hospital%201 to it/,
    );
    expect((await migrate(addressOf('?schema=public'))).length).toBeGreaterThan(0);
    expect(await migrate(addressOf())).toEqual([]);
  },
  TEST_MS,
);
