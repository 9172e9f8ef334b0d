/**
 * Runs Redis (or Valkey) as a local server. Redis only delivers, but its append-only file lets a
 * restart find the queue. A failure of the machine may lose up to one second of it; PostgreSQL is
 * the source of truth.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { StartError } from '../errors.js';
import type { ProcessSpec } from '../processes/process-spec.js';
import { ManagedProcess } from '../processes/processes.js';
import { findProgram, REDIS_SERVERS } from '../setup/programs.mjs';

export interface RedisOptions {
  name?: string;
  dataDir: string;
  port: number;
}

const ASK_TIMEOUT_MS = 500;

const PASSWORD_FILE = 'relevo.password';
/** Holds the password, because every user of the machine can read a command line. */
export const SETTINGS_FILE = 'relevo.conf';

/** The password in this folder; created when missing. Only the owner can read the file. */
export function providePassword(dataDir: string): string {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const file = join(dataDir, PASSWORD_FILE);
  if (!existsSync(file))
    writeFileSync(file, randomBytes(18).toString('base64url'), { mode: 0o600 });
  return readFileSync(file, 'utf8').trim();
}

/** Replaces the file of settings of a server. Only the owner can read the file. */
export function writeSettings(file: string, settings: readonly string[]): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  // A new file gets the mode below; an existing one would keep its own.
  rmSync(file, { force: true });
  writeFileSync(file, settings.map((line) => `${line}\n`).join(''), { mode: 0o600 });
}

/**
 * Sends one PING over a new connection. A server that is still loading its file does not answer
 * PONG.
 */
function pongs(port: number, password: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: ASK_TIMEOUT_MS });
    const answer = (good: boolean): void => {
      socket.destroy();
      resolve(good);
    };
    let received = '';
    socket.once('connect', () => socket.write(`AUTH ${password}\r\nPING\r\n`));
    socket.on('data', (data) => {
      received += data.toString();
      if (received.startsWith('-') || received.split('\r\n').length > 2)
        answer(received === '+OK\r\n+PONG\r\n');
    });
    socket.once('timeout', () => answer(false));
    socket.once('error', () => answer(false));
    socket.once('close', () => answer(false));
  });
}

export class RedisServer extends ManagedProcess {
  constructor(
    spec: ConstructorParameters<typeof ManagedProcess>[0],
    readonly dataDir: string,
    /** The address for clients, with the password. `url` has no password and may be shown. */
    readonly address: string,
  ) {
    super(spec);
  }

  /** Deletes all its data. @throws Error while it runs, because it would write the data again. */
  wipe(): void {
    if (this.pid !== null)
      throw new Error(`${this.name} is running: stop or kill it before wiping it`);
    rmSync(join(this.dataDir, 'appendonlydir'), { recursive: true, force: true });
    rmSync(join(this.dataDir, 'dump.rdb'), { force: true });
  }
}

/** @throws StartError when no server program is installed. */
export function findRedisProgram(): string {
  const program = findProgram(REDIS_SERVERS);
  if (program) return program;
  throw new StartError(
    'Redis is missing: install redis-server or valkey-server, or set REDIS_URL.',
  );
}

/** The address of a server on this machine. */
export const toRedisUrl = (port: number, password?: string): string =>
  `redis://${password === undefined ? '' : `:${password}@`}127.0.0.1:${port}`;

/** The common options of all our servers. */
export const STORAGE_OPTIONS = {
  'bind': '127.0.0.1',
  'appendonly': 'yes',
  'appendfsync': 'everysec',
  'save': '',
  'maxmemory-policy': 'noeviction',
};

/**
 * Prepares the server; does not start it. @throws StartError when no server program is installed.
 */
export function prepareRedis({ dataDir, port, name = 'redis' }: RedisOptions): RedisServer {
  const program = findRedisProgram();
  const password = providePassword(dataDir);
  const settings = join(dataDir, SETTINGS_FILE);
  writeSettings(settings, [`requirepass ${password}`]);
  const options = { port: String(port), dir: dataDir, ...STORAGE_OPTIONS };
  const args = Object.entries(options).flatMap(([option, value]) => [`--${option}`, value]);
  return new RedisServer(
    {
      ...redisProcess({ name, port, password }),
      command: [program, settings, ...args],
    },
    dataDir,
    toRedisUrl(port, password),
  );
}

interface RedisProcess {
  name: string;
  port: number;
  password: string;
}

/** The process of a server, or of a Sentinel, which answers PING too. */
export const redisProcess = ({
  name,
  port,
  password,
}: RedisProcess): Omit<ProcessSpec, 'command'> => ({
  name,
  kind: 'redis',
  port,
  url: toRedisUrl(port),
  deathSignal: 'KILL',
  ready: () => pongs(port, password),
  readyDeadlineMs: 30_000,
  stopSignal: 'SIGTERM',
  stopDeadlineMs: 10_000,
});
