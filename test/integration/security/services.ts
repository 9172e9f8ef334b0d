/**
 * The services in this process, on one database, with fake replicas for the monitor: small
 * enough for thousands of hostile requests, and real in every route. Fault switches are on, so that
 * their routes exist too.
 */
import type { Express } from 'express';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GATEWAY_OPTIONS } from '../../../gateway/config.js';
import { freePort } from '../../../local/processes/ports.js';
import { loadPatientsConfig } from '../../../patients/config.js';
import { seedPatient } from '../../../prisma/seed-data.js';
import { loadConfig } from '../../../shared/config.js';
import { closeServer, listen } from '../../../shared/http/http.js';
import { readLeadership } from '../../../shared/postgres/leadership-store.js';
import { acceptPayments, commitOutcomes } from '../../../shared/postgres/ledger.js';
import type { Pool } from '../../../shared/postgres/postgres.js';
import { eventually } from '../../support/eventually.js';
import { keptLogger } from '../../support/kept-logger.js';
import { testRedisUrl } from '../../support/redis.js';
import type { Hospital } from '../monitor/support.js';
import { beside, type Part } from './part.js';
import { startDeviceRoutes, startMeasurements } from './round-services.js';
import { makeBalancerFolder, startStatesPage, startSupervisor } from './stand-ins.js';
import { SERVICES, TOLD_TERM, type ServiceName, type Subjects } from './vocabulary.js';
import { createTestPool } from '../../support/pool.js';

/** The same tokens at every service. */
const TOKENS = { API_TOKEN: 'api', OPERATOR_TOKEN: 'operator', INTERNAL_TOKEN: 'internal' };

export interface Services {
  subjects: Subjects;
  pool: Pool;
  app(service: ServiceName): Express;
  url(service: ServiceName): string;
  /**
   * Changes whenever a request changes anything that a request can change: rows, movements of
   * money, switches.
   */
  fingerprint(): Promise<string>;
  stop(): Promise<void>;
}

/** Tables that monitors write by themselves. */
const RESTLESS = ['vote', 'alert', 'status_sample', '_prisma_migrations'];

async function rowsFingerprint(pool: Pool): Promise<string> {
  const { rows } = await pool.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY 1`,
  );
  const parts = [];
  for (const { name } of rows.filter((row) => !RESTLESS.includes(row.name))) {
    const found = await pool.query<{ count: string; sum: string }>(
      `SELECT count(*) AS count, md5(coalesce(string_agg(each::text, '|' ORDER BY each::text), '')) AS sum FROM "${name}" AS each`,
    );
    parts.push(`${name}:${found.rows[0]?.count}:${found.rows[0]?.sum}`);
  }
  return parts.join('\n');
}

/**
 * Creates one successful and one failed payment and two authorizations, committed by the leader,
 * and a payment that stays pending.
 */
async function makeSubjects(pool: Pool, patient: string): Promise<Subjects> {
  const { newPayment } = await import('../payments/fixture.js');
  const batch = randomUUID();
  await pool.query(
    `INSERT INTO alert (id, rule, severity, subject, text, monitor, fired_at)
     VALUES ('0198a2b4-5f3e-4a7b-9c1d-2e3f4a5b6c7d', 'RelevoReplicaDown', 'warning', 'server_9', 'test', 'monitor_1', now())`,
  );
  // In a partition without monitors.
  await pool.query(
    `INSERT INTO scheduled_handover (id, partition, due_at, reason, ordered_by)
     VALUES ('0198a2b4-5f3e-4a7b-9c1d-2e3f4a5b6c7d', 1, now() + interval '1 hour', 'test', 'operator')`,
  );
  await pool.query(
    `INSERT INTO batch (id, idempotency_key, fingerprint, sent, accepted_by) VALUES ($1, $2, 'test', 2, 'patients_1')`,
    [batch, `key-${batch}`],
  );
  const authorization = { kind: 'authorize' as const };
  const payments = [
    ...[0, 1].map((batchIndex) => newPayment(patient, { batchId: batch, batchIndex })),
    ...[0, 1].map(() => newPayment(patient, authorization)),
    newPayment(patient),
  ];
  await acceptPayments(pool, 0, 'patients_1', payments);
  const { term, leader } = await readLeadership(pool, 0);
  const ids = payments.map(({ id }) => id) as [string, string, string, string, string];
  const [succeeded, failed, ...others] = ids;
  const [first, second, pending] = others;
  const rest = { attempts: 1, gatewayReference: 'reference' };
  await commitOutcomes(pool, { partition: 0, term, leader: leader ?? '' }, [
    { id: succeeded, status: 'SUCCEEDED', reason: null, ...rest },
    { id: failed, status: 'FAILED', reason: 'GATEWAY_UNAVAILABLE', ...rest },
    { id: first, status: 'SUCCEEDED', reason: null, ...rest },
    { id: second, status: 'SUCCEEDED', reason: null, ...rest },
  ]);
  const { document, fullName: name, birthDate, authorizationCode } = seedPatient(1);
  return {
    patient,
    batch,
    succeeded,
    failed,
    pending,
    authorized: [first, second],
    facts: { document, name, birthDate, authorizationCode },
  };
}

async function startGateway(): Promise<Part> {
  const { createGatewayApp } = await beside(() => import('../../../gateway/http/app.js'));
  const { GatewayLedger } = await import('../../../gateway/ledger.js');
  const folder = mkdtempSync(join(tmpdir(), 'relevo-gateway-'));
  const config = loadConfig(GATEWAY_OPTIONS, { ...TOKENS, FAULTS: 'on', GATEWAY_LATENCY_MS: '0' });
  const ledger = new GatewayLedger(join(folder, 'ledger'));
  const server = await listen(
    createGatewayApp(config, ledger, keptLogger('gateway')),
    0,
    '127.0.0.1',
  );
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    await closeServer(server);
    ledger.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { server, state: () => ledger.all(), stop };
}

/**
 * Hostile fields are wrong facts and tokens, more of them than the limits allow. Other tests cover
 * the limits.
 */
const MANY_WRONG = { WRONG_CODES_MAX: '1000', WRONG_FROM_ADDRESS_MAX: '100000' };

type Engines = Record<'DATABASE_URL' | 'REDIS_URL' | 'QUEUE_PREFIX', string>;

async function startPatientsPart(
  engines: Engines,
  env: NodeJS.ProcessEnv,
): Promise<Part & { url: string }> {
  const config = loadPatientsConfig({ ...engines, ...TOKENS, ...env });
  const { startPatients } = await beside(() => import('../../../patients/start.js'));
  const running = await startPatients(config, keptLogger('patients'));
  return {
    ...running,
    state: () => null,
    stop: () => (running.server.closeAllConnections(), running.stop()),
  };
}

/** A standby: no monitor knows it, so it is never elected. */
async function startReplicaPart(engines: Engines): Promise<Part> {
  const { startReplica } = await beside(() => import('../payments/fixture.js'));
  const running = await startReplica({ ...engines, ID: 'server_9', FAULTS: 'on' });
  const { replica, server } = running;
  // The replica polls elected terms itself; it can know a term without an election only from a
  // request.
  const state = (): unknown => ({
    role: replica.report().role,
    wasTold: replica.report().term >= TOLD_TERM,
  });
  return { server, state, stop: () => (server.closeAllConnections(), running.stop()) };
}

async function startMonitorPart(hospital: Hospital, env: NodeJS.ProcessEnv): Promise<Part> {
  const { CALM } = await import('../monitor/support.js');
  await Promise.all(hospital.replicas.map((replica) => replica.start()));
  const [place] = await hospital.plan(1);
  const monitor = await hospital.startMonitor(place as { id: string; port: number }, {
    ...TOKENS,
    FAULTS: 'on',
    ...CALM,
    ...env,
  });
  const stop = (): Promise<void> => (monitor.server.closeAllConnections(), hospital.close());
  const isLed = (): boolean =>
    Boolean(hospital.leader()) && monitor.loop.state.phase.name === 'watching';
  await eventually(isLed, { what: 'a leader' }).catch(async (error) => {
    await stop();
    throw error;
  });
  return { server: monitor.server, state: () => null, stop };
}

const WITH_SWITCHES = SERVICES.filter(
  (service) => service !== 'patients' && service !== 'measurements',
);

const switchesOf = async (url: string): Promise<unknown> =>
  (
    await fetch(`${url}/faults`, { headers: { Authorization: `Bearer ${TOKENS.INTERNAL_TOKEN}` } })
  ).json();

/**
 * A failed start stops what runs already: its timers would disturb the next file of this worker.
 */
export async function startServices(): Promise<Services> {
  const stops: (() => Promise<unknown>)[] = [];
  const started = <T extends Part>(part: T): T => {
    stops.unshift(part.stop);
    return part;
  };
  return startAll(started).catch(async (error: unknown) => {
    await Promise.allSettled(stops.map((stop) => stop()));
    throw error;
  });
}

async function startAll(started: <T extends Part>(part: T) => T): Promise<Services> {
  const { Hospital: Opened } = await beside(() => import('../monitor/support.js'));
  const hospital = await Opened.open();
  const engines = {
    DATABASE_URL: hospital.database.url,
    REDIS_URL: testRedisUrl(),
    QUEUE_PREFIX: hospital.prefix,
  };
  const patientsPort = await freePort();
  const page = await startStatesPage();
  const folder = makeBalancerFolder(patientsPort, page.port);
  const supervisor = await startSupervisor();
  const monitorPart = await startMonitorPart(hospital, {
    PATIENTS: `patients_1=http://127.0.0.1:${patientsPort}`,
    BALANCER_FOLDER: folder,
    SUPERVISOR_URL: supervisor.url,
  });
  const monitor = started({
    ...monitorPart,
    state: () => supervisor.count(),
    stop: async () => {
      await monitorPart.stop();
      supervisor.stop();
      page.stop();
    },
  });
  const parts: Record<ServiceName, Part> = {
    patients: started(
      await startPatientsPart(engines, { PORT: String(patientsPort), ...MANY_WRONG }),
    ),
    payments: started(await startReplicaPart(engines)),
    gateway: started(await startGateway()),
    measurements: started(
      await startMeasurements({ ...TOKENS, QUEUE_PREFIX: engines.QUEUE_PREFIX }),
    ),
    device: started(await startDeviceRoutes(TOKENS.INTERNAL_TOKEN)),
    monitor,
  };
  const pool = createTestPool(hospital.database.url);
  const url = (service: ServiceName): string =>
    `http://127.0.0.1:${(parts[service].server.address() as AddressInfo).port}`;
  const subjects = await makeSubjects(pool, seedPatient(1).id);
  return {
    subjects,
    pool,
    app: (service) => parts[service].server.listeners('request').at(-1) as unknown as Express,
    url,
    fingerprint: async () => {
      const states = await Promise.all(SERVICES.map((service) => parts[service].state()));
      const switches = await Promise.all(WITH_SWITCHES.map((service) => switchesOf(url(service))));
      return `${await rowsFingerprint(pool)}\n${JSON.stringify({ states, switches })}`;
    },
    stop: async () => {
      await pool.end();
      rmSync(folder, { recursive: true, force: true });
      for (const service of SERVICES) if (service !== 'monitor') await parts[service].stop();
      await monitor.stop();
    },
  };
}
