/**
 * A whole system for a test, with the requests of a client, an operator and an inspector, and a
 * final verdict by the checkers of the lab. Everything is real: processes, engines, the gateway
 * with its own ledger. `close` stops everything and fails when a process of the system is still
 * alive.
 */
import { check } from '../../experiments/checkers/checkers.js';
import { readCharges, readElections, readPayments } from '../../experiments/record/evidence.js';
import type {
  ChargeRow,
  RecordedElection,
  PaymentRow,
  RequestRecord,
} from '../../experiments/record/history.js';
import type { Violation } from '../../experiments/record/result.js';
import type { GatewayFaults } from '../../gateway/faults.js';
import { findDescendants, isAlive } from '../../local/processes/process-tree.js';
import type { ManagedProcess, ProcessKind } from '../../local/processes/processes.js';
import type { SystemOptions } from '../../local/system.js';
import type { Status } from '../../shared/contracts/status.js';
import type { TokenKind } from '../../shared/http/auth.js';
import type { Leadership } from '../../shared/contracts/leadership.js';
import { readLeadership } from '../../shared/postgres/leadership-store.js';
import type { Pool } from '../../shared/postgres/postgres.js';
import { eventually } from '../support/eventually.js';
import { startTestSystem, stopTestSystem, type TestSystem } from '../support/system.js';
import { Load, type LoadOptions } from './load.js';
import { PATIENCE_MS } from './patience.js';
import { createTestPool } from '../support/pool.js';

export interface Answered {
  status: number;
  headers: Headers;
  text: string;
  body: unknown;
}

export interface Question {
  token?: TokenKind;
  headers?: Record<string, string>;
  /** Makes it a POST. */
  body?: unknown;
}

/**
 * Long time-outs: suspicions must come from the faults of a test, not from a busy machine that
 * beats late.
 */
const CALM = { monitor: { BEAT_TIMEOUT_MS: '5000', GRAY_MS: '10000', STALL_MS: '60000' } };

export interface SceneOptions extends Partial<SystemOptions> {
  /** Environment by kind of service. */
  kindEnv?: Partial<Record<ProcessKind, Record<string, string>>>;
}

export class Scene {
  /** The process ids of the system, including those of ended processes. */
  private readonly pids = new Set<number>();
  /** Ids of the patients. */
  readonly patients: string[] = [];
  private readonly loads: Load[] = [];

  private constructor(
    readonly system: TestSystem,
    readonly pool: Pool,
  ) {}

  /** Starts a system and waits until every monitor sees all replicas, and a leader. */
  static async open({ kindEnv = {}, ...options }: SceneOptions = {}): Promise<Scene> {
    const pids = new Set<number>();
    const watch = (process: ManagedProcess): void => {
      process.on('line', () => process.pid !== null && pids.add(process.pid));
      options.onProcess?.(process);
    };
    const env: Partial<Record<ProcessKind, Record<string, string>>> = {
      ...kindEnv,
      monitor: { ...CALM.monitor, ...kindEnv.monitor },
    };
    const serviceEnv: SystemOptions['serviceEnv'] = (name, kind, usual) => ({
      ...env[kind],
      ...options.serviceEnv?.(name, kind, usual),
    });
    const system = await startTestSystem({ ...options, onProcess: watch, serviceEnv });
    const scene = new Scene(
      system,
      createTestPool(system.databaseUrl, { statementTimeoutMs: 20_000 }),
    );
    for (const pid of pids) scene.pids.add(pid);
    for (const process of system.processes)
      process.on('line', () => process.pid !== null && scene.pids.add(process.pid));
    const { rows } = await scene.pool.query<{ id: string }>('SELECT id FROM patient ORDER BY id');
    scene.patients.push(...rows.map(({ id }) => id));
    await scene.settled();
    return scene;
  }

  /** Stops the system. @throws Error when one of its processes is still alive. */
  async close(): Promise<void> {
    await this.stopLoads();
    for (const process of this.system.processes)
      if (process.pid !== null) findDescendants(process.pid).forEach((pid) => this.pids.add(pid));
    Object.values(this.system.pids()).forEach((pid) => this.pids.add(pid));
    await this.pool.end();
    await stopTestSystem(this.system);
    const left = [...this.pids].filter(isAlive);
    if (left.length > 0) throw new Error(`still alive after the end: ${left.join(', ')}`);
  }

  /** Starts clients that pay until they are stopped. */
  load(options: LoadOptions = {}): Load {
    const { patients, tokens } = this.system;
    const load = new Load(
      { urls: patients.map(({ url }) => url), token: tokens.api, patients: this.patients },
      options,
    );
    this.loads.push(load);
    return load;
  }

  /** Stops all clients. Call it after each test: a failed test leaves its clients running. */
  async stopLoads(): Promise<void> {
    await Promise.all(this.loads.splice(0).map((load) => load.stop()));
  }

  async ask(
    service: ManagedProcess,
    path: string,
    { token = 'api', headers = {}, body }: Question = {},
  ): Promise<Answered> {
    const response = await fetch(service.url + path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        'authorization': `Bearer ${this.system.tokens[token]}`,
        'content-type': 'application/json',
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: isJson ? JSON.parse(text) : null,
    };
  }

  leadership(): Promise<Leadership> {
    return readLeadership(this.pool, 0);
  }

  /** The process that leads according to PostgreSQL. */
  async leader(): Promise<ManagedProcess> {
    return this.system.process((await this.leadership()).leader ?? 'nobody');
  }

  /** Runs `act` while every commit is blocked by a lock on the leadership row. */
  async whileCommitsWait<T>(act: () => Promise<T>): Promise<T> {
    const keeper = await this.pool.connect();
    try {
      await keeper.query('BEGIN');
      await keeper.query('SELECT 1 FROM leadership WHERE partition = 0 FOR UPDATE');
      return await act();
    } finally {
      await keeper.query('ROLLBACK');
      keeper.release();
    }
  }

  /**
   * Kills the leader while commits are blocked, and terminates its blocked commit, as if the commit
   * had never been sent.
   */
  async killBeforeItCommits(leader: ManagedProcess): Promise<void> {
    leader.kill('SIGKILL');
    await leader.exited;
    const calledOff = async (): Promise<boolean> => {
      const text =
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1';
      return (await this.pool.query(text, [`${leader.name}-commit`])).rowCount === 0;
    };
    await eventually(calledOff, { what: 'the end of its commit' });
  }

  /** Waits for an election after `term`. */
  nextLeadership(term: number): Promise<Leadership> {
    const later = async (): Promise<Leadership | null> => {
      const now = await this.leadership();
      return now.term > term ? now : null;
    };
    return eventually(later, { what: `a leader after term ${term}` });
  }

  async status(monitor: ManagedProcess): Promise<Status> {
    return (await this.ask(monitor, '/status', { token: 'operator' })).body as Status;
  }

  /**
   * Waits until every running monitor sees every running replica as alive, and a leader that leads.
   */
  async settled(): Promise<void> {
    const running = this.system.replicas.filter(({ up }) => up).map(({ name }) => name);
    for (const monitor of this.system.monitors.filter(({ up }) => up)) {
      const calm = async (): Promise<boolean> => {
        const { partitions, replicas } = await this.status(monitor);
        const alive = replicas.filter(
          ({ id, observed }) => running.includes(id) && observed === 'alive',
        );
        return (
          alive.length === running.length &&
          alive.some(({ id, role }) => id === partitions[0]?.leader && role === 'leading')
        );
      };
      await eventually(calm, {
        what: `${monitor.name} to see all replicas alive and one leading`,
      });
    }
  }

  /** Sets the faults of the gateway; faults that are not named are removed. */
  async gatewayFaults(faults: Partial<GatewayFaults>): Promise<void> {
    const { status, text } = await this.ask(this.gateway, '/faults', {
      token: 'internal',
      body: faults,
    });
    if (status !== 200) throw new Error(`the gateway does not accept faults: ${status} ${text}`);
  }

  get gateway(): ManagedProcess {
    return this.system.process('gateway');
  }

  /** A number in a service's /metrics, summed over its labels; 0 when it is missing. */
  async metric(service: ManagedProcess, name: string): Promise<number> {
    const { text } = await this.ask(service, '/metrics');
    const lines = text
      .split('\n')
      .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
    return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  }

  /** The charges in the gateway's ledger. */
  async charges(): Promise<ChargeRow[]> {
    return (await readCharges(this.system)) ?? [];
  }

  payments(): Promise<PaymentRow[]> {
    return readPayments(this.pool);
  }

  elections(): Promise<RecordedElection[]> {
    return readElections(this.pool);
  }

  /**
   * Ids of a batch's payments, by the batch's Idempotency-Key; optionally only the pending ones.
   */
  async batchIds(key: string, pendingOnly = false): Promise<string[]> {
    const { rows } = await this.pool.query<{ id: string }>(
      `SELECT p.id FROM payment p JOIN batch b ON b.id = p.batch_id
        WHERE b.idempotency_key = $1 AND (NOT $2::boolean OR p.status = 'PENDING')`,
      [key, pendingOnly],
    );
    return rows.map(({ id }) => id);
  }

  async pending(): Promise<number> {
    const { rows } = await this.pool.query<{ count: number }>(
      `SELECT count(*) AS count FROM payment WHERE status = 'PENDING'`,
    );
    return rows[0]?.count ?? -1;
  }

  /**
   * Waits until every accepted payment is final, then runs the checkers over all evidence. @returns
   * the violations.
   */
  async verdict(requests: readonly RequestRecord[] = []): Promise<Violation[]> {
    await eventually(async () => (await this.pending()) === 0, {
      what: 'every payment to be final',
      deadlineMs: 2 * PATIENCE_MS,
    });
    const [payments, charges, elections] = [
      await this.payments(),
      await readCharges(this.system),
      await this.elections(),
    ];
    return check({ requests, payments, charges, elections });
  }
}
