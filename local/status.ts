/**
 * `npm run status [-- --json] [--watch]`: what runs on this machine and who leads. Reads `relevo.json`, asks a monitor.
 * Shows no secret. Exit codes: 0 it runs, 1 it does not, 4 wrong arguments.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { readLocalConfig, type LocalConfig } from './config.js';
import { withoutPassword } from './engines.js';
import { runMain, StartError } from './fail.js';
import { readRunning, type Running, type RunningSystem } from './installation.js';
import { monitorStatus, statusText, type MonitorStatus } from './status-text.js';
import { readTokens } from './tokens.js';
import { wrongArguments } from './up-options.js';

const USAGE = 'npm run status -- [--json] [--watch]';
const ASK_TIMEOUT_MS = 2_000;
const WATCH_MS = 1_000;
const NOT_RUNNING = 1;

function parseOptions(words: readonly string[]): { json: boolean; watch: boolean } {
  const flag = { type: 'boolean', default: false } as const;
  try {
    return parseArgs({ args: [...words], options: { json: flag, watch: flag }, strict: true }).values;
  } catch (error) {
    throw wrongArguments((error as Error).message, USAGE);
  }
}

async function askMonitor(url: string, token: string): Promise<MonitorStatus | null> {
  try {
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`${url}/status`, { headers, signal: AbortSignal.timeout(ASK_TIMEOUT_MS) });
    return response.ok ? monitorStatus.parse(await response.json()) : null;
  } catch {
    return null;
  }
}

/** The first monitor that answers is believed. */
async function askMonitors({ processes }: RunningSystem, token: string): Promise<MonitorStatus | null> {
  for (const { kind, url } of processes) {
    const status = kind === 'monitor' ? await askMonitor(url, token) : null;
    if (status) return status;
  }
  return null;
}

function forPrograms(running: Running, system: RunningSystem, status: MonitorStatus | null): object {
  const database = new URL(system.databaseUrl);
  const engine = (kind: string): object => {
    const own = system.processes.find((process) => process.kind === kind);
    return { embedded: own !== undefined, pid: own?.pid ?? null, port: own?.port ?? null };
  };
  return {
    running: true,
    pid: running.pid,
    startedAt: running.startedAt,
    addresses: system.addresses,
    processes: system.processes,
    postgres: {
      ...engine('postgres'),
      url: withoutPassword(system.databaseUrl),
      host: database.hostname,
      port: Number(database.port || 5432),
      user: database.username,
      database: database.pathname.slice(1),
    },
    redis: { ...engine('redis'), url: withoutPassword(system.redisUrl), port: Number(new URL(system.redisUrl).port || 6379) },
    status,
  };
}

async function show({ dataDir, tokens }: LocalConfig, json: boolean): Promise<number> {
  const running = readRunning(dataDir);
  const system = running?.system;
  if (!running || !system) {
    if (json) process.stdout.write('{"running": false}\n');
    throw new StartError(running ? 'Relevo is starting; ask again in a moment.' : 'Relevo is not running; `npm start` starts it.', NOT_RUNNING);
  }
  const status = await askMonitors(system, tokens.operator ?? readTokens(dataDir)?.operator ?? '');
  const text = json
    ? JSON.stringify(forPrograms(running, system, status), null, 2)
    : statusText({ pid: running.pid, startedAt: running.startedAt, processes: system.processes, status }, new Date());
  process.stdout.write(`${text}\n`);
  return 0;
}

async function main(): Promise<number> {
  const { json, watch } = parseOptions(process.argv.slice(2));
  const config = readLocalConfig(process.env);
  for (;;) {
    // Clears the screen; a pipe gets one report below the other.
    if (watch && process.stdout.isTTY) process.stdout.write('\x1b[H\x1b[2J');
    const code = await show(config, json);
    if (!watch) return code;
    await delay(WATCH_MS);
  }
}

runMain(main);
