/** A monitor in this process against fake replicas, with a database of its own. */
import type { AddressInfo } from 'node:net';
import { freePort } from '../../../local/processes/ports.js';
import { loadMonitorConfig, type MonitorConfig } from '../../../monitor/config.js';
import { startMonitor, type RunningMonitor } from '../../../monitor/start.js';
import { createLogger } from '../../../shared/observability/logger.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { keepLine } from '../../support/log-evidence.js';
import { testRedisUrl, uniquePrefix } from '../../support/redis.js';
import { FakeReplica, Line } from './fake-replica.js';

/** Faster than the defaults where a test waits, but not stricter: the machine is shared. */
const QUICK = {
  PING_INTERVAL_MS: '500',
  PING_TIMEOUT_MS: '450',
  FALL: '4',
  BEAT_TIMEOUT_MS: '500',
  GRAY_MS: '300',
  HANDOVER_DRAIN_MS: '500',
  TICK_MS: '20',
};

/**
 * For tests in which a healthy leader must remain, however slow the machine: only a cut connection
 * is evidence, and a late monitor does not doubt itself again and again.
 */
export const CALM = { BEAT_TIMEOUT_MS: '10000', FALL: '20', DOUBT_MS: '10000' };

export class Hospital {
  readonly replicas: FakeReplica[] = [];
  readonly monitors: RunningMonitor[] = [];
  readonly logged: Record<string, unknown>[] = [];
  readonly prefix = uniquePrefix();
  private readonly lines: Line[] = [];
  private members = '';

  private constructor(readonly database: TestDatabase) {}

  /** @param size how many replicas; none of them is started. */
  static async open(size = 3): Promise<Hospital> {
    const hospital = new Hospital(await createTestDatabase());
    for (let index = 1; index <= size; index += 1)
      hospital.replicas.push(new FakeReplica(`server_${index}`, await freePort()));
    return hospital;
  }

  replica(id: string | null | undefined): FakeReplica {
    const found = this.replicas.find((each) => each.id === id);
    if (!found) throw new Error(`no replica ${id}`);
    return found;
  }

  /** A replica that believes that it leads, other than `before`, which may still believe it. */
  leader(before?: FakeReplica): FakeReplica | undefined {
    return this.replicas.find((replica) => replica.leads && replica !== before);
  }

  config(id: string, port: number, env: NodeJS.ProcessEnv = {}): MonitorConfig {
    return loadMonitorConfig({
      ...QUICK,
      ID: id,
      PORT: String(port),
      DATABASE_URL: this.database.url,
      REDIS_URL: testRedisUrl(),
      QUEUE_PREFIX: this.prefix,
      API_TOKEN: 'api',
      OPERATOR_TOKEN: 'operator',
      INTERNAL_TOKEN: 'internal',
      MONITORS: this.members,
      REPLICAS: this.replicas.map((replica) => `${replica.id}=${replica.url}`).join(','),
      ...env,
    });
  }

  /** Names and ports of the monitors that a test starts later. */
  async plan(count: number): Promise<{ id: string; port: number }[]> {
    const places = [];
    for (let index = 1; index <= count; index += 1)
      places.push({ id: `monitor_${index}`, port: await freePort() });
    this.members = places.map(({ id, port }) => `${id}=http://127.0.0.1:${port}`).join(',');
    return places;
  }

  async startMonitor(
    { id, port }: { id: string; port: number },
    env: NodeJS.ProcessEnv = {},
  ): Promise<RunningMonitor> {
    const write = (line: string): void => {
      this.logged.push(JSON.parse(line) as Record<string, unknown>);
      keepLine(`${id}-in-process`, line.trimEnd());
    };
    const logger = createLogger('monitor', id, 'info', { write });
    const monitor = await startMonitor(this.config(id, port, env), logger, (error) => {
      throw error;
    });
    this.monitors.push(monitor);
    return monitor;
  }

  /** Separate connections to every replica, for one monitor. @returns the value of REPLICAS. */
  async separateLines(): Promise<{ lines: Line[]; REPLICAS: string }> {
    const entries = [];
    for (const { id, port } of this.replicas) {
      const line = new Line(port);
      this.lines.push(line);
      entries.push(`${id}=${await line.open()}`);
    }
    return { lines: this.lines, REPLICAS: entries.join(',') };
  }

  async stopMonitor(monitor: RunningMonitor): Promise<void> {
    for (const step of monitor.steps) await step.run();
    this.monitors.splice(this.monitors.indexOf(monitor), 1);
  }

  async close(): Promise<void> {
    for (const monitor of [...this.monitors]) await this.stopMonitor(monitor);
    await Promise.all(this.lines.map((line) => line.close()));
    await Promise.all(this.replicas.map((replica) => replica.kill()));
    await this.database.drop();
  }
}

export interface Answer {
  status: number;
  body: Record<string, unknown>;
}

/** Calls a monitor. */
export async function call(
  monitor: RunningMonitor,
  method: string,
  path: string,
  token?: string,
  body?: unknown,
): Promise<Answer> {
  const { port } = monitor.server.address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    headers: {
      Connection: 'close',
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}
