/**
 * `npm start`: starts and supervises the whole system on this machine until Ctrl-C. A crashed
 * process restarts after a short pause. The first Ctrl-C stops everything in order, a second one
 * kills everything. When this process is killed with -9, the kernel ends all its processes, and the
 * next start takes the installation over.
 */
import { relative, join } from 'node:path';
import type { Tokens } from '../shared/http/auth.js';
import { startHint } from './command-hint.js';
import { readLocalConfig, type LocalConfig } from './config.js';
import { ConsoleLines } from './processes/console-lines.js';
import { stripPassword } from './processes/address.js';
import { checkPorts } from './check-ports.js';
import { runMain } from './errors.js';
import { lockInstallation, type Lock } from './installation.js';
import { LogFile, USUAL_LOG } from './processes/log-file.js';
import { LogFiles } from './processes/log-files.js';
import { createProcessLogs } from './logs/process-logs.js';
import { balancerPlaces, ownEnginePlaces, servicePlaces, type Place } from './plan.js';
import type { Exit, ManagedProcess } from './processes/processes.js';
import { startControlServer, type ControlServer } from './rolling/control-server.js';
import { Restarts } from './rolling/restarts.js';
import { describeStep } from './rolling/runner.js';
import { ROOT } from './root.js';
import { formatScreen } from './screen.js';
import { watchCluster } from './engines/cluster-watch.js';
import type { PostgresCluster } from './engines/postgres-cluster.js';
import { describeRunning } from './running-system.js';
import { ENGINES } from './stop-order.js';
import { startSystem, type System } from './system.js';
import { provideTokens } from './tokens.js';
import { parseUpOptions, type UpOptions } from './up-options.js';

/**
 * npm forwards Ctrl-C to a process that already received it from the terminal: within this time,
 * both signals are one key press.
 */
const SAME_PRESS_MS = 700;
/** Time in which the processes of a killed starter may release their ports, in ms. */
const FORMER_DEADLINE_MS = 8_000;

/** Files that the engines create in the data folder also get mode 700 or 600. */
const OWNER_ONLY = 0o077;

/**
 * `relevo up --detach` writes the output to a file, which must contain no token and no password.
 */
const isDetached = (): boolean => process.env['RELEVO_DETACHED'] === 'on';

/**
 * Null on a terminal. In the background, the file is opened again when another program moves it.
 */
let upLog: LogFile | null = null;

const print = (text: string): void => {
  if (upLog) upLog.write(text);
  else process.stdout.write(`${text}\n`);
};

/** The ports that this start needs. */
const getNeededPlaces = (options: UpOptions, config: LocalConfig): Place[] => [
  ...ownEnginePlaces(options, config),
  ...servicePlaces(options),
  ...balancerPlaces(options),
];

const describeExit = ({ code, signal }: Exit): string =>
  signal ? `was killed (${signal})` : `ended with code ${code}`;

/** Prints exits and restarts of a process. `updateRecord` updates relevo.json after each one. */
function follow(process: ManagedProcess, updateRecord: () => void): void {
  let end = '';
  process.on('exited', (exit) => {
    if (exit.asked) return;
    end = describeExit(exit);
    print(`${process.name} ${end}`);
    updateRecord();
  });
  process.on('returned', (afterMs) => {
    print(`${process.name} is back after ${(afterMs / 1000).toFixed(1)} s`);
    updateRecord();
  });
}

/**
 * Aborts `controller` at the first signal. A later signal is a second key press and calls `atOnce`.
 */
function listenForSignals(atOnce: () => void, controller: AbortController): void {
  let firstAt: number | null = null;
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      const now = performance.now();
      if (firstAt === null) {
        firstAt = now;
        controller.abort();
      } else if (now - firstAt > SAME_PRESS_MS) atOnce();
    });
  }
}

interface Session {
  options: UpOptions;
  config: LocalConfig;
  lock: Lock;
  logs: LogFiles;
  lines: ConsoleLines;
  stopping: AbortController;
}

interface Started {
  system: System;
  restarts: Restarts;
  control: ControlServer;
}

async function start(session: Session, processes: ManagedProcess[]): Promise<Started> {
  const { options, config, lock } = session;
  await checkPorts(getNeededPlaces(options, config), config.portOffset, {
    patienceMs: lock.tookOver ? FORMER_DEADLINE_MS : 0,
    onWait: print,
  });
  const tokens = provideTokens(config.dataDir, config.tokens);
  let restarts: Restarts | null = null;
  // Before the monitors, which get its address.
  const logs = createProcessLogs(session.logs.folder, () => processes);
  const control = await startControlServer(() => restarts, tokens, logs);
  try {
    const { system, updateRecord } = await startServices(session, processes, control, tokens);
    const started = new Restarts({
      system,
      onStep: (step) => {
        print(describeStep(step));
        updateRecord();
      },
      onNotice: print,
    });
    await started.releaseDrains();
    restarts = started;
    return { system, restarts: started, control };
  } catch (error) {
    control.close();
    throw error;
  }
}

interface StartedServices {
  system: System;
  /** Writes relevo.json. */
  updateRecord: () => void;
}

async function startServices(
  { options, config, lock, logs, lines, stopping }: Session,
  processes: ManagedProcess[],
  control: ControlServer,
  tokens: Tokens,
): Promise<StartedServices> {
  let system: System | null = null;
  let refusal: string | null = null;
  const updateRecord = (): void => {
    if (!system || stopping.signal.aborted) return;
    const failure = lock.write(describeRunning(system, control.url));
    if (failure !== null && failure !== refusal)
      print(`relevo.json cannot be written, so \`relevo status\` may be out of date: ${failure}`);
    refusal = failure;
  };
  system = await startSystem({
    ...options,
    dataDir: config.dataDir,
    ports: 'fixed',
    portOffset: config.portOffset,
    databaseUrl: config.databaseUrl,
    profile: config.standbyProfile,
    redisUrl: config.redisUrl,
    tokens,
    supervise: true,
    supervisorUrl: control.url,
    env: { FAULTS: options.faults ? 'on' : 'off' },
    signal: stopping.signal,
    onProgress: print,
    onProcess: (process) => {
      processes.push(process);
      follow(process, updateRecord);
    },
    onLine: (name, line) => {
      logs.write(name, line);
      const isEngine = processes.some((one) => one.name === name && ENGINES.has(one.kind));
      const shown = isEngine ? null : lines.take(name, line);
      // While parts start and stop, the others log that they are unavailable; those lines are not
      // shown.
      if (shown !== null && system && !stopping.signal.aborted) print(shown);
    },
  });
  updateRecord();
  if (system.databaseCluster) reportChanges(system.databaseCluster, updateRecord, stopping.signal);
  return { system, updateRecord };
}

/** Patroni starts and promotes the PostgreSQL of a cluster, so that no exit of ours reports it. */
function reportChanges(
  cluster: PostgresCluster,
  updateRecord: () => void,
  stopping: AbortSignal,
): void {
  const watch = watchCluster(cluster, (lines) => {
    lines.forEach(print);
    updateRecord();
  });
  stopping.addEventListener('abort', () => watch.end(), { once: true });
}

async function run(session: Session): Promise<number> {
  const { config, stopping } = session;
  const processes: ManagedProcess[] = [];
  listenForSignals(() => {
    processes.forEach((process) => process.kill('SIGKILL'));
    process.exit(130);
  }, stopping);
  const stopped = new Promise((resolve) =>
    stopping.signal.addEventListener('abort', resolve, { once: true }),
  );
  const started = await start(session, processes).catch((error: unknown) => {
    if (stopping.signal.aborted) return null;
    throw error;
  });
  if (started) {
    const { system, restarts, control } = started;
    const services = system.processes.filter(({ kind }) => !ENGINES.has(kind));
    const dataDir = config.dataDir.startsWith(ROOT)
      ? relative(ROOT, config.dataDir)
      : config.dataDir;
    const redisUrl = stripPassword(system.redisUrl);
    const isOurs = system.postgres !== null || system.databaseCluster !== null;
    const databaseUrl =
      isOurs && !isDetached() ? system.databaseUrl : stripPassword(system.databaseUrl);
    const tokens = isDetached() ? null : system.tokens;
    print(
      formatScreen({
        services,
        balancer: system.balancer,
        tokens,
        databaseUrl,
        redisUrl,
        dataDir,
        env: process.env,
      }),
    );
    session.lines.present().forEach(print);
    await stopped;
    print('\nStopping …');
    control.close();
    await Promise.all([restarts.end(), system.stop()]);
  }
  print(
    `Stopped. The data stays; \`${startHint('npm start', process.env)}\` starts Relevo with it again.`,
  );
  return 0;
}

async function main(): Promise<number> {
  // The terminal may close before this process ends.
  process.stdout.on('error', () => undefined);
  process.stderr.on('error', () => undefined);
  process.umask(OWNER_ONLY);
  const options = parseUpOptions(process.argv.slice(2));
  const config = readLocalConfig(process.env);
  const lock = lockInstallation(config.dataDir);
  process.once('exit', () => lock.release());
  const logs = new LogFiles(join(config.dataDir, 'logs'));
  if (isDetached())
    upLog = new LogFile({ ...USUAL_LOG, path: join(config.dataDir, 'up.log'), keeps: true });
  try {
    return await run({
      options,
      config,
      lock,
      logs,
      lines: new ConsoleLines(options.monitors),
      stopping: new AbortController(),
    });
  } finally {
    await Promise.all([logs.close(), upLog?.close()]);
  }
}

runMain(main);
