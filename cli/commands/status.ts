/**
 * `relevo status`: shows the running processes and the leader. Reads `relevo.json` and asks a
 * monitor. Shows no secret. Exit codes: 0 running, 1 not running, 4 wrong arguments.
 */
import { statusSummary, type StatusSummary } from '../../shared/contracts/status.js';
import type { GroupState } from '../../shared/queue/group-state.js';
import { readGroup } from '../../shared/queue/read-group.js';
import { isSentinelAddress, parseSentinelAddress } from '../../shared/queue/redis-address.js';
import { readRecord, type RecordState } from '../../shared/record/read-record.js';
import { readRounds, type RoundState } from '../../shared/zookeeper/read-rounds.js';
import { findRecordPlaces, findRoundPlaces } from '../../local/record-places.js';
import { stripPassword } from '../../local/processes/address.js';
import { formatTime } from '../output/format-time.js';
import { ask } from '../client.js';
import { command, flag, type CommonArguments, type Context } from '../command.js';
import { toFirstHostUrl } from '../../shared/postgres/hosts/host-list.js';
import { EXIT } from '../exit-codes.js';
import { CommandFailure } from '../failure.js';
import { findToken, type Target } from '../target.js';
import { watch } from '../output/watch.js';
import { formatStatusLine, formatStatus, type StatusView } from './status-text.js';

const ASK_TIMEOUT_MS = 2_000;
const WATCH_MS = 1_000;

interface Facts {
  local: Target['local'];
  status: StatusSummary | null;
  /** Null: PostgreSQL has no standbys here. */
  record: RecordState | null;
  /** Null: Redis is one server. */
  group: GroupState | null;
  /** Null: there are no measurements here. */
  rounds: RoundState | null;
}

interface Reading {
  view: StatusView;
  document: object;
}

/**
 * Null when no monitor answers. Addresses and process ids need the operator token; without a token,
 * the command shows the public part.
 */
export async function askMonitors(target: Target): Promise<StatusSummary | null> {
  try {
    const { body } = await ask<unknown>(target.addresses('monitor'), {
      path: '/status',
      token: findToken(target, 'operator'),
      timeoutMs: ASK_TIMEOUT_MS,
    });
    return statusSummary.parse(body);
  } catch (error) {
    if (target.local) return null;
    throw error;
  }
}

function describeEngine(kind: string, { system }: NonNullable<Target['local']>): object {
  const own = system.processes.find((process) => process.kind === kind);
  return { embedded: own !== undefined, pid: own?.pid ?? null, port: own?.port ?? null };
}

/** The parts of PostgreSQL's address; of one with several hosts, the first one. */
function describeDatabase(url: string): object {
  const { hostname, port, username, pathname } = new URL(toFirstHostUrl(url));
  return {
    url: stripPassword(url),
    host: hostname,
    port: Number(port || 5432),
    user: username,
    database: pathname.slice(1),
  };
}

function toDocument({ local, status, record, group, rounds }: Facts): object {
  if (!local) return { running: true, status };
  const { running, system } = local;
  return {
    running: true,
    pid: running.pid,
    startedAt: running.startedAt,
    addresses: system.addresses,
    processes: system.processes,
    postgres: {
      ...describeEngine('postgres', local),
      ...describeDatabase(system.databaseUrl),
    },
    record,
    redis: {
      ...describeEngine('redis', local),
      url: stripPassword(system.redisUrl),
      ...(group ? {} : { port: Number(new URL(system.redisUrl).port || 6379) }),
      group,
    },
    rounds,
    status,
  };
}

async function readStatus(context: Context, args: CommonArguments): Promise<Reading> {
  const target = context.target(args);
  const { local } = target;
  const places = local && findRecordPlaces(local.system);
  const redisUrl = local?.system.redisUrl ?? '';
  const roundPlaces = local && findRoundPlaces(local.system);
  const [status, record, group, rounds] = await Promise.all([
    askMonitors(target),
    places ? readRecord(places) : null,
    isSentinelAddress(redisUrl) ? readGroup(parseSentinelAddress(redisUrl)) : null,
    roundPlaces ? readRounds(roundPlaces) : null,
  ]);
  const shown = local && { ...local.running, processes: local.system.processes };
  return {
    view: { local: shown, status, record, group, rounds },
    document: toDocument({ local, status, record, group, rounds }),
  };
}

/**
 * Reports that Relevo does not run: for a program that is an answer, and the exit code is 1 for
 * compatibility.
 */
function asNotRunning(error: unknown, { terminal }: Context, json: boolean): never {
  if (!(error instanceof CommandFailure) || error.code !== 'NOT_RUNNING') throw error;
  if (json) terminal.out('{"running": false}');
  throw new CommandFailure(error.code, error.message, EXIT.no);
}

export const status = command({
  command: 'status',
  describe: 'Show the processes and the leader',
  group: 'The system',
  options: { watch: flag('Refresh until Ctrl-C; without a terminal, print a line at each change') },
  examples: [
    ['relevo status --watch', 'refreshes on the screen'],
    ['relevo status --json | jq .status.partitions', 'for programs'],
  ],
  async run(args, context) {
    const { terminal } = context;
    const first = await readStatus(context, args).catch((error: unknown) =>
      asNotRunning(error, context, args.json),
    );
    const text = ({ view, document }: Reading): string =>
      args.json
        ? JSON.stringify(document, null, 2)
        : formatStatus(view, context.now(), terminal.paint);
    if (!args.watch) {
      terminal.out(text(first));
      return EXIT.done;
    }
    let last = '';
    const lines = async (): Promise<string[]> => {
      const reading = await readStatus(context, args);
      const line = args.json ? JSON.stringify(reading.document) : formatStatusLine(reading.view);
      if (line === last && !args.json) return [];
      last = line;
      return [args.json ? line : `${formatTime(context.now())} ${line}`];
    };
    return watch(
      terminal,
      { everyMs: WATCH_MS, view: async () => text(await readStatus(context, args)), lines },
      context.interruption,
    );
  },
});
