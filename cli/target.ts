/**
 * Finds the system that a command uses: the local one that runs on RELEVO_DATA, or the one that
 * RELEVO_URL or --url names. Never sends the local tokens to another machine.
 */
import { BALANCERS } from '../shared/balancer/pool.js';
import { startHint } from '../local/command-hint.js';
import type { LocalConfig } from '../local/config.js';
import { readRunning, type Running, type RunningSystem } from '../local/installation.js';
import { MONITOR_PORT, PATIENTS_PORT } from '../local/plan.js';
import { readTokens } from '../local/tokens.js';
import { EXIT } from './exit-codes.js';
import { CommandFailure } from './failure.js';

type Role = 'patients' | 'monitor';

export interface Target {
  /** Addresses of a role; the client uses the first one that answers. */
  addresses(role: Role): readonly string[];
  /** @throws CommandFailure TOKEN_MISSING */
  token(kind: 'api' | 'operator'): string;
  /** The system that runs here; null for another machine. */
  local: { running: Running; system: RunningSystem } | null;
}

/** The default address of a monitor: its port is 1,000 above that of patients (4000 and 5000). */
export function toMonitorUrl(patients: string): string {
  const url = new URL(patients);
  url.port = String(
    Number(url.port || (url.protocol === 'https:' ? 443 : 80)) + MONITOR_PORT - PATIENTS_PORT,
  );
  return url.origin;
}

const stripSlash = (url: string): string => url.replace(/\/+$/, '');

function remoteTarget(patients: string, monitor: string, { tokens, remote }: LocalConfig): Target {
  return {
    addresses: (role) => [stripSlash(role === 'patients' ? patients : monitor)],
    token: (kind) => {
      const token = remote.token ?? tokens[kind];
      if (token) return token;
      throw new CommandFailure(
        'TOKEN_MISSING',
        `This needs the ${kind} token of ${patients}.`,
        EXIT.no,
        `Set RELEVO_TOKEN or ${kind.toUpperCase()}_TOKEN.`,
      );
    },
    local: null,
  };
}

const isBalancer = ({ kind }: { kind: string }): boolean => BALANCERS.some((name) => name === kind);

const notRunning = (starting = false): CommandFailure =>
  new CommandFailure(
    'NOT_RUNNING',
    starting
      ? 'Relevo is starting; retry after a few seconds.'
      : `Relevo is not running; \`${startHint('npm start', process.env)}\` starts it.`,
    EXIT.unreachable,
  );

/** @throws CommandFailure NOT_RUNNING */
function localTarget({ dataDir, tokens, remote }: LocalConfig): Target {
  const running = readRunning(dataDir);
  const system = running?.system;
  if (!running || !system) throw notRunning(running !== null);
  const kept = readTokens(dataDir);
  const kinds = { patients: 'patients', monitor: 'monitor' } as const;
  return {
    addresses: (role) => {
      const balancer = role === 'patients' && system.processes.find(isBalancer);
      const own = system.processes.filter(({ kind }) => kind === kinds[role]);
      return (balancer ? [balancer] : own).map(({ url }) => url);
    },
    token: (kind) => remote.token ?? tokens[kind] ?? kept?.[kind] ?? '',
    local: { running, system },
  };
}

/**
 * `--url` is the address of the service that receives the requests: patients or a monitor,
 * depending on the command.
 * @throws CommandFailure NOT_RUNNING
 */
export function findTarget(config: LocalConfig, { url }: { url: string | null }): Target {
  if (url !== null) return remoteTarget(url, url, config);
  const { url: patients, monitorUrl } = config.remote;
  if (patients !== undefined)
    return remoteTarget(patients, monitorUrl ?? toMonitorUrl(patients), config);
  if (monitorUrl !== undefined) return remoteTarget(monitorUrl, monitorUrl, config);
  return localTarget(config);
}

/** The token of this kind for a request that works without one; undefined: there is none. */
export function findToken(target: Target, kind: 'api' | 'operator'): string | undefined {
  try {
    return target.token(kind);
  } catch {
    return undefined;
  }
}
