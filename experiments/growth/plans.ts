/**
 * PostgreSQL's plan of a statement: the indexes it uses, whether it reads the whole table, and how
 * many rows it reads in vain.
 */
import { createLogger } from '../../shared/observability/logger.js';
import { createPool, type Pool } from '../../shared/postgres/postgres.js';

/** A statement as it was sent. */
export interface Sent {
  text: string;
  values: unknown[];
}

export interface PlanFigures {
  /** Each access path: `Index Scan payment_patient`, `Seq Scan payment`. */
  ways: readonly string[];
  /** Whether the table of payments was read sequentially, without an index. */
  sequential: boolean;
  /** Rows read and discarded. */
  inVain: number;
  /** Pages of 8 kB that were read, from memory or disk. */
  pages: number;
  /** Total of all statements, ms. NaN: the statement was canceled before its end. */
  ms: number;
}

/** A node of `EXPLAIN (FORMAT JSON)`. */
export interface PlanNode {
  'Node Type': string;
  'Index Name'?: string;
  'Relation Name'?: string;
  'Rows Removed by Filter'?: number;
  'Rows Removed by Index Recheck'?: number;
  'Actual Loops'?: number;
  'Shared Hit Blocks'?: number;
  'Shared Read Blocks'?: number;
  'Plans'?: PlanNode[];
}

const nodesOf = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];

/** Rows that a node read and discarded, per loop. */
const countRemoved = (node: PlanNode): number =>
  (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0);

/** The figures of one statement. Pure. @param ms its execution time. */
export function readPlan(root: PlanNode, ms: number): PlanFigures {
  const nodes = nodesOf(root);
  const ways = nodes
    .filter((node) => node['Index Name'] !== undefined || node['Relation Name'] !== undefined)
    .map((node) => `${node['Node Type']} ${node['Index Name'] ?? node['Relation Name'] ?? ''}`);
  return {
    ways: [...new Set(ways)],
    sequential: nodes.some(
      (node) => node['Node Type'].endsWith('Seq Scan') && node['Relation Name'] === 'payment',
    ),
    inVain: nodes.reduce((sum, node) => sum + countRemoved(node) * (node['Actual Loops'] ?? 1), 0),
    pages: (root['Shared Hit Blocks'] ?? 0) + (root['Shared Read Blocks'] ?? 0),
    ms,
  };
}

/** Sums up the statements of one read. */
export const joinPlans = (plans: readonly PlanFigures[]): PlanFigures => ({
  ways: [...new Set(plans.flatMap(({ ways }) => ways))],
  sequential: plans.some(({ sequential }) => sequential),
  inVain: plans.reduce((sum, { inVain }) => sum + inVain, 0),
  pages: plans.reduce((sum, { pages }) => sum + pages, 0),
  ms: plans.reduce((sum, { ms }) => sum + ms, 0),
});

/** A pool that records the statements sent through it. */
export interface ListeningPool {
  pool: Pool;
  /** Statements sent since the last call. */
  takePlans(): Sent[];
}

export function openListening(url: string, statementTimeoutMs: number): ListeningPool {
  const pool = createPool(
    { url, name: 'lab-reads', max: 1, statementTimeoutMs },
    createLogger('lab', 'reads', 'silent'),
  );
  let sent: Sent[] = [];
  const query = pool.query.bind(pool) as (...args: unknown[]) => unknown;
  const listening = (...args: unknown[]): unknown => {
    const [statement, values] = args;
    const { text, values: within } =
      typeof statement === 'string'
        ? { text: statement }
        : (statement as Partial<Sent> & { text: string });
    sent.push({ text, values: within ?? (Array.isArray(values) ? values : []) });
    return query(...args);
  };
  return {
    pool: Object.assign(pool, { query: listening }),
    takePlans: () => {
      const heard = sent;
      sent = [];
      return heard;
    },
  };
}

interface Explained {
  'Plan': PlanNode;
  'Execution Time'?: number;
}

async function ask(pool: Pool, how: string, { text, values }: Sent): Promise<Explained> {
  const { rows } = await pool.query<{ 'QUERY PLAN': [Explained] }>(
    `EXPLAIN (${how}, FORMAT JSON) ${text}`,
    values,
  );
  if (!rows[0]) throw new Error('PostgreSQL returned no plan');
  return rows[0]['QUERY PLAN'][0];
}

/**
 * Returns the plan of a statement. Executes the statement, unless that takes longer than the pool's
 * time-out.
 */
export async function explainStatement(pool: Pool, sent: Sent): Promise<PlanFigures> {
  try {
    const { 'Plan': root, 'Execution Time': ms = NaN } = await ask(pool, 'ANALYZE, BUFFERS', sent);
    return readPlan(root, ms);
  } catch (error) {
    if ((error as { code?: unknown }).code !== '57014') throw error;
    return { ...readPlan((await ask(pool, 'COSTS', sent)).Plan, NaN), inVain: NaN };
  }
}
