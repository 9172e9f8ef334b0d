/** Converts rows of the history and replicas to JSON answers and CSV lines. */
import type { CsvValue } from '../../shared/csv.js';
import { csvTable } from '../../shared/csv.js';
import type { Answer } from '../../shared/http/routes.js';
import { toLeaderlessMs, toSteps } from '../core/steps.js';
import type { AuditRow, ElectionRow } from '../cluster/history.js';
import type { ReplicaStatus } from '../../shared/contracts/status.js';
import type { Audit, Election } from '../http/schemas.js';
import type { ReplicaQuery } from './filters.js';

const iso = (at: Date | null): string | null => at?.toISOString() ?? null;

/** @param full whether to include the boot id. */
export function toElection({ bootId, ...row }: ElectionRow, full: boolean): Election {
  const steps = toSteps(row);
  return {
    ...row,
    ...(full ? { bootId } : {}),
    workedAt: iso(row.workedAt),
    suspectedAt: iso(row.suspectedAt),
    electedAt: row.electedAt.toISOString(),
    promotedAt: iso(row.promotedAt),
    reclaimedAt: iso(row.reclaimedAt),
    firstCommitAt: iso(row.firstCommitAt),
    steps,
    leaderlessMs: toLeaderlessMs(steps, row.previousLeader),
  };
}

export const toAudit = ({ at, ...row }: AuditRow): Audit => ({ ...row, at: at.toISOString() });

/** Whether a replica matches the filter. */
export const matchesQuery = (
  replica: ReplicaStatus,
  { admin, observed, role }: ReplicaQuery,
): boolean =>
  (!admin || replica.admin === admin) &&
  (!observed || replica.observed === observed) &&
  (!role || replica.role === role);

const ELECTION_COLUMNS = [
  'partition',
  'term',
  'leader',
  'previousLeader',
  'kind',
  'reason',
  'monitor',
  'votes',
  'workedAt',
  'suspectedAt',
  'electedAt',
  'promotedAt',
  'reclaimedAt',
  'firstCommitAt',
  'leaderlessMs',
  'detectMs',
  'voteMs',
  'promoteMs',
  'reclaimMs',
  'firstCommitMs',
  'paymentsWaited',
] as const;
const AUDIT_COLUMNS = ['id', 'at', 'actor', 'action', 'target', 'reason', 'outcome'] as const;
const REPLICA_COLUMNS = [
  'id',
  'admin',
  'adminReason',
  'adminSince',
  'adminUntil',
  'observed',
  'observedSince',
  'layer',
  'role',
  'term',
  'pingMs',
  'parcelsInFlight',
  'committed',
  'committedPerSecond',
  'reaches',
  'lastFailureAt',
  'lastFailure',
  'opinions',
] as const;

/** A download with the data at the time of the request. */
function file(name: string, body: string): Answer {
  const headers = {
    'Content-Disposition': `attachment; filename="${name}.csv"`,
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  };
  return { status: 200, contentType: 'text/csv; charset=utf-8', body, headers };
}

export const electionsCsv = (elections: readonly Election[]): Answer =>
  file(
    'elections',
    csvTable(
      ELECTION_COLUMNS,
      elections.map(({ steps, ...rest }) => ({ ...rest, ...steps })),
    ),
  );

export const auditCsv = (rows: readonly Audit[]): Answer =>
  file('audit', csvTable(AUDIT_COLUMNS, rows));

const pairs = (of: Readonly<Record<string, string | boolean>> | null): string =>
  Object.entries(of ?? {})
    .map(([name, value]) => `${name}: ${value === true ? 'yes' : value === false ? 'no' : value}`)
    .join(', ');

/** @param getRate committed payments per second of a replica. */
export function replicasCsv(
  replicas: readonly ReplicaStatus[],
  getRate: (id: string) => number,
): Answer {
  const rows = replicas.map((replica): Record<(typeof REPLICA_COLUMNS)[number], CsvValue> => ({
    ...replica,
    committedPerSecond: getRate(replica.id),
    reaches: pairs(replica.reaches),
    lastFailureAt: replica.lastFailure?.at ?? null,
    lastFailure: replica.lastFailure?.words ?? null,
    opinions: pairs(replica.opinions),
  }));
  return file('replicas', csvTable(REPLICA_COLUMNS, rows));
}
