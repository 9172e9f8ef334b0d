/**
 * Checks the running system: every service ready, a leader, a standby, and tokens that these
 * services accept.
 */
import { join } from 'node:path';
import { quoteForShell } from '../../local/command-hint.js';
import { readBoundedText } from '../../shared/http/bounded-body.js';
import { ask, Refused } from '../client.js';
import { findTarget, type Target } from '../target.js';
import { askMonitors } from '../commands/status.js';
import type { StatusSummary } from '../../shared/contracts/status.js';
import { ok, problem, warning, type Check, type Finding } from './finding.js';

export interface ServiceFacts {
  name: string;
  /** The checks of `/readyz`, true when passed; null: no answer. */
  checks: Readonly<Record<string, boolean>> | null;
  ready: boolean;
}

/** @param logs folder of the log files. */
export function judgeServices(services: readonly ServiceFacts[], logs: string): Finding[] {
  const bad = services.filter(({ ready }) => !ready);
  const good = services.length - bad.length;
  return [
    ...(good > 0 ? [ok('services', `${good} of ${services.length} ready`)] : []),
    ...bad.map(({ name, checks }) => {
      const failed = Object.entries(checks ?? {})
        .filter(([, passed]) => !passed)
        .map(([check]) => check);
      const says =
        checks === null
          ? 'does not answer'
          : `is not ready: ${failed.join(', ') || 'no reason given'}`;
      return problem(
        name,
        `${name} ${says}.`,
        `tail -n 20 ${quoteForShell(join(logs, `${name}.log`))}`,
      );
    }),
  ];
}

/** @param status null: no monitor answers. */
export function judgeLeadership(status: StatusSummary | null): Finding[] {
  if (status === null)
    return [
      problem(
        'leadership',
        'No monitor answers: payments continue, failures are not detected.',
        'npm stop && npm start',
      ),
    ];
  const standbys = status.replicas.filter(
    ({ admin, observed, role }) => admin === 'ready' && observed === 'alive' && role !== 'leading',
  );
  const out = status.replicas.filter(({ admin }) => admin !== 'ready').map(({ id }) => id);
  const down = status.replicas
    .filter(({ observed }) => observed !== 'alive')
    .map(({ id, observed }) => `${id} is ${observed}`);
  const fix =
    out.length > 0
      ? `npx relevo ready ${out[0] ?? ''} --reason "back in service"`
      : 'npx relevo status --watch';
  const leaderless = status.partitions.filter(({ leader }) => leader === null);
  return [
    ...status.partitions.flatMap(({ leader, term }) =>
      leader === null ? [] : [ok('leadership', `${leader} leads in term ${term}`)],
    ),
    ...leaderless.map(() =>
      problem('leadership', 'There is no leader: accepted payments wait.', fix),
    ),
    ...(standbys.length === 0
      ? [warning('standbys', 'No replica can follow if the leader fails.', fix)]
      : [ok('standbys', standbys.map(({ id }) => id).join(', '))]),
    ...(down.length > 0
      ? [
          warning(
            'replicas',
            `${down.join(', ')} according to the monitors.`,
            'npx relevo status --watch',
          ),
        ]
      : []),
  ];
}

export interface TokenFacts {
  /** Whether patients accepts the api token, and a monitor the operator token; null: no answer. */
  api: boolean | null;
  operator: boolean | null;
}

export function judgeTokens({ api, operator }: TokenFacts): Finding[] {
  const wrong = [...(api === false ? ['api'] : []), ...(operator === false ? ['operator'] : [])];
  if (wrong.length > 0)
    return [
      problem(
        'tokens',
        `The running system refuses the ${wrong.join(' and the ')} token of this installation.`,
        'npm stop && npm start',
      ),
    ];
  return api === null && operator === null ? [] : [ok('tokens', 'accepted by the running system')];
}

const TIMEOUT_MS = 3_000;
const ANSWER_MAX_BYTES = 65_536;
const SERVICES = new Set(['patients', 'monitor', 'payments', 'gateway', 'measurements']);

async function readiness({ name, url }: { name: string; url: string }): Promise<ServiceFacts> {
  try {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const { checks } = JSON.parse(await readBoundedText(response, ANSWER_MAX_BYTES)) as {
      checks?: Record<string, boolean>;
    };
    return { name, checks: checks ?? {}, ready: response.ok };
  } catch {
    return { name, checks: null, ready: false };
  }
}

/** Null when no service answers. */
async function isAccepted(
  addresses: readonly string[],
  path: string,
  token: string,
): Promise<boolean | null> {
  try {
    await ask(addresses, { path, token, timeoutMs: TIMEOUT_MS });
    return true;
  } catch (error) {
    return error instanceof Refused ? ![401, 403].includes(error.status) : null;
  }
}

async function checkTokens(target: Target, status: StatusSummary | null): Promise<TokenFacts> {
  const api = await isAccepted(
    target.addresses('patients'),
    '/api/patients?limit=1',
    target.token('api'),
  );
  // A monitor also answers without a valid token, but then omits the process ids.
  const operator = status === null ? null : status.replicas.some((replica) => 'pid' in replica);
  return { api, operator };
}

export const servicesCheck: Check = {
  name: 'services',
  async look({ config, running }) {
    if (!running?.system) return [];
    const target = findTarget({ ...config, remote: {} }, { url: null });
    const [services, status] = await Promise.all([
      Promise.all(running.system.processes.filter(({ kind }) => SERVICES.has(kind)).map(readiness)),
      askMonitors(target),
    ]);
    const tokens = await checkTokens(target, status);
    return [
      ...judgeServices(services, join(config.dataDir, 'logs')),
      ...judgeLeadership(status),
      ...judgeTokens(tokens),
    ];
  },
};
