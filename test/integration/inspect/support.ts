/**
 * A monitor that inspects a database with known contents, and a patients instance that it may call;
 * no replica processes payments.
 */
import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { startPatients, type RunningPatients } from '../../../patients/start.js';
import { loadPatientsConfig } from '../../../patients/config.js';
import { freePort } from '../../../local/processes/ports.js';
import {
  acceptPayments,
  commitOutcomes,
  type AcceptedPayment,
  type NewPayment,
  type Outcome,
} from '../../../shared/postgres/ledger.js';
import type { Pool } from '../../../shared/postgres/postgres.js';
import { Hospital } from '../monitor/support.js';
import { PATIENT } from '../../process/patience.js';
import { keptLogger } from '../../support/kept-logger.js';
import { testRedisUrl } from '../../support/redis.js';
import { createTestPool } from '../../support/pool.js';

/** Two patients, with the documents D0001 and D0002. */
export const PATIENTS = [1, 2].map((number) => `11111111-0000-4000-8000-00000000000${number}`) as [
  string,
  string,
];

function newPayment(rest: Partial<NewPayment>): NewPayment {
  const id = randomUUID();
  return {
    id,
    patientId: PATIENTS[0],
    batchId: null,
    batchIndex: null,
    redriveOf: null,
    idempotencyKey: id,
    fingerprint: 'f1n9e2p21n7f1n9e',
    answerWaited: false,
    amountMinor: 1500,
    currency: 'USD',
    concept: null,
    ...rest,
  };
}

const OPERATOR = { Authorization: 'Bearer operator' };

export interface Inspected {
  hospital: Hospital;
  /** Address of the monitor. */
  base: string;
  pool: Pool;
  patients: RunningPatients;
  /** Accepts payments one by one. @returns them in order. */
  accept: (payments: readonly Partial<NewPayment>[], by?: string) => Promise<AcceptedPayment[]>;
  /** Elects a leader directly in the database. @returns the new term. */
  elect: (leader: string) => Promise<number>;
  /** Gives a payment its outcome, under the current term. */
  finish: (id: string, leader: string, term: number, rest?: Partial<Outcome>) => Promise<void>;
  ask(
    path: string,
    init?: RequestInit,
  ): Promise<{ status: number; text: string; headers: Headers }>;
  json<T>(path: string, init?: RequestInit): Promise<T>;
  close(): Promise<void>;
}

async function patientsFor(hospital: Hospital, port: number): Promise<RunningPatients> {
  return startPatients(
    loadPatientsConfig({
      DATABASE_URL: hospital.database.url,
      REDIS_URL: testRedisUrl(),
      QUEUE_PREFIX: hospital.prefix,
      PORT: String(port),
      API_TOKEN: 'api',
      OPERATOR_TOKEN: 'operator',
      INTERNAL_TOKEN: 'internal',
      ID: 'patients_1',
      ...PATIENT,
    }),
    keptLogger('patients_1'),
  );
}

const byHand = (pool: Pool): Pick<Inspected, 'accept' | 'elect' | 'finish'> => ({
  accept: async (payments, by = 'patients_1') => {
    const accepted: AcceptedPayment[] = [];
    for (const rest of payments)
      accepted.push(...(await acceptPayments(pool, 0, by, [newPayment(rest)])));
    return accepted;
  },
  elect: async (leader) => {
    const { rows } = await pool.query<{ term: number }>(
      `SELECT m.term FROM leadership l, move_leadership(0::smallint, l.term, $1, $2, 'kill', 'it closed its connection', 'monitor_1', 1, 5) m`,
      [leader, `${leader}-1`],
    );
    return rows[0]?.term ?? 0;
  },
  finish: async (id, leader, term, rest = {}) => {
    const outcome = {
      id,
      status: 'SUCCEEDED',
      attempts: 1,
      reason: null,
      gatewayReference: 'sim-1',
      ...rest,
    } as const;
    const { held } = await commitOutcomes(pool, { partition: 0, term, leader }, [outcome], {
      parcels: ['17'],
    });
    if (!held) throw new Error(`${leader} does not lead in term ${term}`);
  },
});

/** @param env options of the monitor, such as FAULTS. */
export async function openInspected(env: NodeJS.ProcessEnv = {}): Promise<Inspected> {
  const hospital = await Hospital.open();
  const port = await freePort();
  const [place] = await hospital.plan(1);
  const monitor = await hospital.startMonitor(place as { id: string; port: number }, {
    PATIENTS: `patients_1=http://127.0.0.1:${port}`,
    ACCEPT_RETRY_MS: '30000',
    ...env,
  });
  const patients = await patientsFor(hospital, port);
  const pool = createTestPool(hospital.database.url);
  await pool.query(
    `INSERT INTO patient (id, document, full_name, birth_date, authorization_code)
     SELECT id, 'D' || right(id::text, 4), 'Test Patient', '1980-01-01', '' FROM unnest($1::uuid[]) AS id`,
    [PATIENTS],
  );
  const base = `http://127.0.0.1:${(monitor.server.address() as AddressInfo).port}`;
  const ask: Inspected['ask'] = async (path, init = {}) => {
    const headers = {
      Connection: 'close',
      ...OPERATOR,
      ...(init.headers as Record<string, string> | undefined),
    };
    const response = await fetch(base + path, { redirect: 'manual', ...init, headers });
    return { status: response.status, text: await response.text(), headers: response.headers };
  };
  return {
    hospital,
    base,
    pool,
    patients,
    ask,
    ...byHand(pool),
    json: async <T>(path: string, init?: RequestInit) =>
      JSON.parse((await ask(path, init)).text) as T,
    close: async () => {
      await patients.stop();
      await pool.end();
      await hospital.close();
    },
  };
}
