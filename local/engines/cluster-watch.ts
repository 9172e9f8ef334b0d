/**
 * Follows a replicated PostgreSQL for `npm start`: reports each new primary, and each PostgreSQL
 * that ended or runs again, because Patroni and not `npm start` restarts it.
 */
import { sleep } from '../../shared/clock.js';
import type { PostgresCluster } from './postgres-cluster.js';

const POLL_MS = 1_000;

export interface ClusterGlance {
  /** The last known primary; null: none yet. */
  primary: string | null;
  /** The process id of each PostgreSQL; null: it does not run. */
  pids: Readonly<Record<string, number | null>>;
}

/** The differences, as lines for the user. Pure. */
export function describeChanges(before: ClusterGlance, after: ClusterGlance): string[] {
  const ends = Object.entries(after.pids).flatMap(([name, pid]) => {
    const former = before.pids[name] ?? null;
    if (pid === former) return [];
    if (pid === null) return [`${name} ended; Patroni starts it again`];
    return [former === null ? `${name} runs` : `${name} was restarted`];
  });
  const isNew = after.primary !== null && after.primary !== before.primary;
  return [...ends, ...(isNew ? [`${after.primary} is the primary of the database`] : [])];
}

async function glance(cluster: PostgresCluster, before: ClusterGlance): Promise<ClusterGlance> {
  const primary = await cluster.findPrimary();
  return {
    primary: primary?.node.name ?? before.primary,
    pids: Object.fromEntries(
      cluster.nodes.map(({ node, postmasterPid }) => [node.name, postmasterPid]),
    ),
  };
}

export interface ClusterWatch {
  end(): void;
}

/** @param onChange called after each change with its lines. */
export function watchCluster(
  cluster: PostgresCluster,
  onChange: (lines: readonly string[]) => void,
): ClusterWatch {
  const ending = new AbortController();
  const follow = async (): Promise<void> => {
    let seen = await glance(cluster, { primary: null, pids: {} });
    for (;;) {
      await sleep(POLL_MS, ending.signal);
      const now = await glance(cluster, seen);
      const lines = describeChanges(seen, now);
      if (lines.length > 0 && !ending.signal.aborted) onChange(lines);
      seen = now;
    }
  };
  // Only the end of the watch rejects.
  follow().catch(() => undefined);
  return { end: () => ending.abort() };
}
