/** Formats the status within 80 columns: leader, replicas and backlog. Pure. */
import type { StatusSummary } from '../../shared/contracts/status.js';
import { duration } from '../../shared/format.js';
import { paintNothing, type Paint } from '../output/paint.js';
import { formatScheduleLines, formatWindowLines } from './schedule-text.js';
import { formatStopLine } from './accept-text.js';
import { formatInstances } from './instance-text.js';
import { formatTable, WIDTH, wrap } from '../output/table.js';
import { formatGroup, formatGroupLine, type NameOf } from './group-text.js';
import { formatRecord, formatRecordLine } from './record-text.js';
import { formatRounds, formatRoundsLine } from './rounds-text.js';
import type { GroupState } from '../../shared/queue/group-state.js';
import type { RoundState } from '../../shared/zookeeper/read-rounds.js';
import type { RecordState } from '../../shared/record/read-record.js';

export interface StatusView {
  /** The system that runs here; null for another machine. */
  local: {
    pid: number;
    startedAt: string;
    processes: readonly {
      name: string;
      kind: string;
      pid: number | null;
      port?: number;
      url: string;
    }[];
  } | null;
  /** Null when no monitor answers. */
  status: StatusSummary | null;
  /** Of a replicated PostgreSQL that runs here. Default: none. */
  record?: RecordState | null;
  /** The servers of a Redis group. Default: none. */
  group?: GroupState | null;
  /** The measurement rounds that run here. Default: none. */
  rounds?: RoundState | null;
}

/** The name of a process of this system by its port. */
const toNames =
  (local: StatusView['local']): NameOf =>
  (port) =>
    local?.processes.find((process) => process.port === port)?.name;

const orDash = (value: string | number | null | undefined): string =>
  value === null || value === undefined ? '-' : String(value);

/** ` for 42 s`; '' when the start is unknown. */
function ago(since: string | null | undefined, now: Date): string {
  const ms = now.getTime() - Date.parse(since ?? '');
  if (Number.isNaN(ms)) return '';
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return ` for ${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? ` for ${minutes} min` : ` for ${Math.round(minutes / 60)} h`;
}

function leaders({ partitions }: StatusSummary, now: Date): string[] {
  return partitions.flatMap(({ partition, term, leader, since, reason }) => {
    const where = partitions.length > 1 ? ` partition ${partition}` : '';
    if (leader === null) return [`There is no leader${where} yet.`];
    return wrap(
      `${leader} leads${where} in term ${term}${ago(since, now)}${reason ? `: ${reason}` : ''}.`,
      WIDTH,
    );
  });
}

const GOOD = new Set(['alive', 'ready', 'leading', 'standby', 'up', 'unknown']);
const BAD = new Set(['suspect', 'down', 'left']);

/** A word of the table. The colour only emphasises it. */
const paintState = (word: string, paint: Paint): string =>
  BAD.has(word) ? paint('red', word) : GOOD.has(word) ? word : paint('yellow', word);

function replicaTable({ replicas }: StatusSummary, paint: Paint): string[] {
  const head = ['replica', 'admin', 'observed', 'role', 'term', 'ping'];
  const rows = replicas.map(({ id, admin, observed, role, term, pingMs }) => [
    role === 'leading' ? paint('bold', id) : id,
    paintState(admin, paint),
    paintState(observed, paint),
    orDash(role),
    orDash(term),
    typeof pingMs === 'number' ? `${pingMs.toFixed(1)} ms` : '-',
  ]);
  return formatTable(head, rows, '  ');
}

function localLines(local: StatusView['local'], now: Date): string[] {
  if (!local) return [];
  const { pid, startedAt, processes } = local;
  const rows = processes.map((process) => [process.name, orDash(process.pid), process.url]);
  return [
    `Relevo runs (pid ${pid})${ago(startedAt, now)}.`,
    '',
    ...formatTable(['process', 'pid', 'address'], rows, '  '),
    '',
  ];
}

/** Why the oldest pending payment waits; nothing when none is pending. */
function formatWaiting(
  waiting: StatusSummary['waiting'],
  ageSec: number | null | undefined,
): string[] {
  if (waiting === null) return [];
  const age = typeof ageSec === 'number' ? ` for ${duration(Math.round(ageSec) * 1_000)}` : '';
  return wrap(`The oldest pending payment waits${age}: ${waiting.sentence}.`, WIDTH);
}

/** @param now for "leads for 12 s". */
export function formatStatus(
  { local, status, record = null, group = null, rounds = null }: StatusView,
  now: Date,
  paint: Paint = paintNothing,
): string {
  const paintGood = (word: string, isGood: boolean): string =>
    isGood ? word : paint('yellow', word);
  const head = [
    ...localLines(local, now),
    ...(record === null ? [] : formatRecord(record, paintGood)),
    ...(group === null ? [] : formatGroup(group, toNames(local), paintGood)),
    ...(rounds === null ? [] : formatRounds(rounds, paintGood)),
  ];
  if (!status)
    return [...head, 'No monitor answers: payments continue, failures are not detected.', ''].join(
      '\n',
    );
  const { waiting, active, pending, failed, oldestPendingSec } = status.queue;
  const watching =
    status.monitors.length > 1
      ? [
          `Monitors: ${status.monitors.map(({ id, observed }) => `${id} ${orDash(observed)}`).join(', ')}`,
        ]
      : [];
  const queue = `Queue: ${orDash(waiting)} waiting, ${orDash(active)} active. Payments: ${orDash(pending)} pending, ${orDash(failed)} failed.`;
  return [
    ...head,
    ...leaders(status, now),
    ...formatScheduleLines(status, now).map((line) =>
      status.scheduledHandover?.outcome === '' ? line : paint('yellow', line),
    ),
    ...formatWindowLines(status, now).map((line) => paint('yellow', line)),
    ...formatStopLine(status).map((line) => paint('red', line)),
    '',
    ...replicaTable(status, paint),
    '',
    ...formatInstances(status, (word) => paintState(word, paint)),
    ...watching,
    queue,
    ...formatWaiting(status.waiting, oldestPendingSec),
    '',
  ].join('\n');
}

const describeState = ({
  id,
  observed = 'unknown',
  admin = 'ready',
}: {
  id: string;
  observed?: string | undefined;
  admin?: string | undefined;
}): string => `${id} ${observed}${admin === 'ready' ? '' : ` (${admin})`}`;

/** One line that changes only with the state, for `--watch` without a terminal. */
export function formatStatusLine(view: StatusView): string {
  const { local, status, record = null, group = null, rounds = null } = view;
  const storage = [
    record === null ? '' : `; ${formatRecordLine(record)}`,
    group === null ? '' : `; ${formatGroupLine(group, toNames(local))}`,
    rounds === null ? '' : `; ${formatRoundsLine(rounds)}`,
  ].join('');
  if (!status) return `no monitor answers${storage}`;
  const leading = status.partitions.map(({ leader, term }) =>
    leader === null ? 'no leader' : `${leader} leads in term ${term}`,
  );
  const stopped = status.acceptance?.accepting === false ? ', payments stopped' : '';
  const replicas = status.replicas.map(describeState);
  const cause = status.waiting === null ? '' : ` (${status.waiting.cause})`;
  const instances = status.balancer === null ? [] : status.patients.map(describeState);
  return `${leading.join(', ')}; ${[...replicas, ...instances].join(', ')}; ${orDash(status.queue.pending)} pending${cause}${stopped}${storage}`;
}
