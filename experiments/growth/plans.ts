/**
 * PostgreSQL's plan of a statement: the indexes it uses, whether it reads the whole table, and how
 * many rows it reads in vain.
 */
import { createLogger } from '../../shared/observability/logger.js';
import { createPool, type Pool } from '../../shared/postgres/postgres.js';
import { sum } from '../statistics/statistics.js';

/** A statement as it was sent. */
interface Sent {
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

const listNodes = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(listNodes)];

/** Rows that a node read and discarded, in all loops. */
const countRemoved = (node: PlanNode): number =>
  ((node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0)) *
  (node['Actual Loops'] ?? 1);

/** The figures of one statement. Pure. @param ms its execution time. */
export function readPlan(root: PlanNode, ms: number): PlanFigures {
  const nodes = listNodes(root);
  const isWholeTable = (node: PlanNode): boolean =>
    node['Node Type'].endsWith('Seq Scan') && node['Relation Name'] === 'payment';
  const ways = nodes.flatMap((node) => {
    const name = node['Index Name'] ?? node['Relation Name'];
    return name === undefined ? [] : [`${node['Node Type']} ${name}`];
  });
  return {
    ways: [...new Set(ways)],
    sequential: nodes.some(isWholeTable),
    inVain: sum(nodes.map(countRemoved)),
    pages: (root['Shared Hit Blocks'] ?? 0) + (root['Shared Read Blocks'] ?? 0),
    ms,
  };
}

/** Sums up the statements of one read. */
export const joinPlans = (plans: readonly PlanFigures[]): PlanFigures => ({
  ways: [...new Set(plans.flatMap(({ ways }) => ways))],
  sequential: plans.some(({ sequential }) => sequential),
  inVain: sum(plans.map(({ inVain }) => inVain)),
  pages: sum(plans.map(({ pages }) => pages)),
  ms: sum(plans.map(({ ms }) => ms)),
});

/** A pool that records the statements sent through it. `take`: those since the last call. */
export function openRecordingPool(url: string, statementTimeoutMs: number) {
  const options = { url, name: 'lab-reads', max: 1, statementTimeoutMs };
  const pool = createPool(options, createLogger('lab', 'reads', 'silent'));
  const sent: Sent[] = [];
  const query = pool.query.bind(pool) as (...args: unknown[]) => unknown;
  const record = (statement: string | Partial<Sent>, values: unknown, ...more: unknown[]) => {
    const own = typeof statement === 'string' ? { text: statement } : statement;
    const given = Array.isArray(values) ? values : [];
    sent.push({ text: own.text ?? '', values: own.values ?? given });
    return query(statement, values, ...more);
  };
  return { pool: Object.assign<Pool, object>(pool, { query: record }), take: () => sent.splice(0) };
}

interface Explained {
  'Plan': PlanNode;
  'Execution Time'?: number;
}

async function explain(pool: Pool, how: string, { text, values }: Sent): Promise<Explained> {
  const statement = `EXPLAIN (${how}, FORMAT JSON) ${text}`;
  const { rows } = await pool.query<{ 'QUERY PLAN': [Explained] }>(statement, values);
  if (!rows[0]) throw new Error('PostgreSQL returned no plan');
  return rows[0]['QUERY PLAN'][0];
}

/**
 * Returns the plan of a statement. Executes the statement, unless that takes longer than the pool's
 * time-out.
 */
export async function explainStatement(pool: Pool, sent: Sent): Promise<PlanFigures> {
  try {
    const explained = await explain(pool, 'ANALYZE, BUFFERS', sent);
    return readPlan(explained.Plan, explained['Execution Time'] ?? NaN);
  } catch (error) {
    if ((error as { code?: unknown }).code !== '57014') throw error;
    return { ...readPlan((await explain(pool, 'COSTS', sent)).Plan, NaN), inVain: NaN };
  }
}
