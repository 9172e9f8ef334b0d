/**
 * Decides which of several PostgreSQL servers is the primary, from the last answer of each. Pure.
 * PostgreSQL gives every promotion a new timeline, so that the primary with the highest timeline is
 * the present one, and a former primary that returns has a lower one.
 */

/**
 * The last answer of a host. `unknown`: it was not asked yet. `silent`: it gave no answer in time.
 */
export type HostReport = { host: string } & (
  | { state: 'unknown' }
  | { state: 'silent'; problem: string }
  | { state: 'primary' | 'standby'; cluster: string; timeline: number }
);

/** Facts that hold for as long as the process runs. */
export interface KnownCluster {
  /** Identifier of the cluster whose primary was chosen first; null: none was chosen. */
  cluster: string | null;
  /** The highest timeline of a chosen primary. */
  timeline: number;
}

export type Choice =
  | { kind: 'primary'; host: string; cluster: string; timeline: number }
  /** No server accepts writes now. */
  | { kind: 'none'; reason: string }
  /** Servers contradict each other: a write could be lost, so none is sent. */
  | { kind: 'conflict'; reason: string };

type Answer = Extract<HostReport, { timeline: number }>;

const hasAnswered = (report: HostReport): report is Answer => 'timeline' in report;
const listNames = (reports: readonly HostReport[]): string =>
  reports.map(({ host }) => host).join(' and ');

const describe = (report: HostReport): string =>
  `${report.host}: ${report.state === 'silent' ? report.problem : report.state}`;

function findConflict(
  newest: readonly Answer[],
  primaries: readonly Answer[],
  { cluster }: KnownCluster,
): string | null {
  const foreign = primaries.filter((each) => each.cluster !== (cluster ?? primaries[0]?.cluster));
  if (foreign.length > 0)
    return `${listNames(primaries)} accept${primaries.length === 1 ? 's' : ''} writes and belong to different clusters than before or than each other`;
  return newest.length > 1
    ? `${listNames(newest)} all claim to be the primary of timeline ${newest[0]?.timeline}`
    : null;
}

/**
 * Chooses the primary.
 * - The first choice waits until every host was asked: a former primary could answer first.
 * - Of several primaries the one with the highest timeline is chosen; equal timelines, or primaries
 *   of different clusters, are a conflict.
 * - A primary is refused when a standby or an earlier choice had a higher timeline: it is a former
 *   primary, and a newer one exists.
 */
export function choosePrimary(reports: readonly HostReport[], known: KnownCluster): Choice {
  const unknown = reports.filter(({ state }) => state === 'unknown');
  if (known.cluster === null && unknown.length > 0)
    return { kind: 'none', reason: `${listNames(unknown)} did not answer yet` };
  const answers = reports.filter(hasAnswered);
  const primaries = answers.filter(({ state }) => state === 'primary');
  const highest = Math.max(...primaries.map(({ timeline }) => timeline));
  const newest = primaries.filter(({ timeline }) => timeline === highest);
  const conflict = findConflict(newest, primaries, known);
  if (conflict !== null) return { kind: 'conflict', reason: conflict };
  const [primary] = newest;
  if (!primary)
    return {
      kind: 'none',
      reason: `no server accepts writes (${reports.map(describe).join('; ')})`,
    };
  const seen = Math.max(known.timeline, ...answers.map(({ timeline }) => timeline));
  if (primary.timeline < seen)
    return {
      kind: 'conflict',
      reason: `${primary.host} is a former primary: its timeline is ${primary.timeline}, and timeline ${seen} exists`,
    };
  const { host, cluster, timeline } = primary;
  return { kind: 'primary', host, cluster, timeline };
}

/**
 * Whether connections to a host must be closed at once. Those to a silent host stay while no other
 * host is chosen: the server may only be slow.
 */
export function mustDisconnect(report: HostReport, choice: Choice): boolean {
  if (choice.kind === 'primary') return report.host !== choice.host;
  return choice.kind === 'conflict' || report.state === 'standby';
}
