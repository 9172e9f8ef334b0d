/**
 * Targets by role (`leader`, `monitor`, `leader-postgres`) and by name (`server_2`,
 * `monitor_1-server_2`). A plan uses roles, because the future leader is unknown; a fault uses a
 * name. Links: `a-b` both ways, `a>b` one way. Pure.
 */
export type PartKind =
  'replica' | 'monitor' | 'patients' | 'gateway' | 'redis' | 'postgres' | 'sentinel' | 'etcd';

const PREFIXES: Readonly<Record<string, PartKind>> = {
  'server': 'replica',
  'monitor': 'monitor',
  'patients': 'patients',
  'gateway': 'gateway',
  'redis': 'redis',
  'postgres': 'postgres',
  // A database node: Patroni and its PostgreSQL.
  'patroni': 'postgres',
  'sentinel': 'sentinel',
  'etcd': 'etcd',
  'leader': 'replica',
  'standby': 'replica',
  'any-replica': 'replica',
};

/** Recognized before the separators: the only role that contains a hyphen. */
const ANY_REPLICA = 'any-replica';

/** The kind of part of a name or a role; null: unknown. */
export const partKind = (part: string): PartKind | null =>
  PREFIXES[part.replace(/_\d+$/, '')] ?? null;

export interface TargetLink {
  from: string;
  to: string;
  /** `-`: both ways; `>`: from → to only. */
  direction: '-' | '>';
}

/** The two ends of a link; null: the target is a single part. */
export function parseLink(target: string): TargetLink | null {
  if (target === ANY_REPLICA) return null;
  const match = /^(any-replica|[^->]+)([->])(any-replica|[^->]+)$/.exec(target);
  return match
    ? {
        from: match[1] as string,
        direction: match[2] as TargetLink['direction'],
        to: match[3] as string,
      }
    : null;
}

/**
 * The roles that a plan may use for this target; the target's own name when its kind is unknown.
 */
export function toRoles(target: string): string[] {
  const link = parseLink(target);
  if (!link) return partRoles(target);
  return partRoles(link.from).flatMap((from) =>
    partRoles(link.to).map((to) => `${from}${link.direction}${to}`),
  );
}

function partRoles(part: string): string[] {
  const kind = partKind(part);
  if (kind === null) return [part];
  return kind === 'replica' ? ['leader', 'standby'] : [kind];
}

/**
 * Whether the target (a role or a name) means `name` while `leader` leads. @param leader null: no
 * leader.
 */
export function matchesTarget(target: string, name: string, leader: string | null): boolean {
  if (target === name) return true;
  const wanted = parseLink(target);
  const real = parseLink(name);
  if (wanted === null || real === null)
    return wanted === null && real === null && matchesPart(target, name, leader);
  return (
    wanted.direction === real.direction &&
    matchesPart(wanted.from, real.from, leader) &&
    matchesPart(wanted.to, real.to, leader)
  );
}

function matchesPart(role: string, name: string, leader: string | null): boolean {
  if (role === name) return true;
  if (role === 'leader') return name === leader;
  if (role === 'standby') return leader !== null && name !== leader && partKind(name) === 'replica';
  return /_\d+$/.test(role) ? false : partKind(role) !== null && partKind(role) === partKind(name);
}

/** Order in which an end of a link counts as cut off from its work. */
const CUT_OFF_FIRST: readonly PartKind[] = [
  'monitor',
  'patients',
  'replica',
  'gateway',
  'redis',
  'postgres',
];

/**
 * The part that a fault of this target makes unavailable: of a link, the end that is cut off from
 * the rest.
 */
export function getAffectedPart(target: string): string {
  const link = parseLink(target);
  if (!link) return target;
  const rank = (part: string): number => {
    const kind = partKind(part);
    return kind === null ? CUT_OFF_FIRST.length : CUT_OFF_FIRST.indexOf(kind);
  };
  return rank(link.from) <= rank(link.to) ? link.from : link.to;
}
