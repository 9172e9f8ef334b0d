/**
 * The process that only commits fenced rows: statement after statement on one connection, as a
 * leader does.
 */
import {
  commitOutcomes,
  KEYED_PLANS,
  type FencingToken,
  type Outcome,
} from '../../../shared/postgres/ledger.js';
import { createLogger } from '../../../shared/observability/logger.js';
import { createPool, type Pool } from '../../../shared/postgres/postgres.js';
import { portionsOf } from '../peers/portions.js';
import { nowNs, type Span } from '../programs/commands.js';
import { serve } from '../programs/serve.js';

export interface Opened {
  databaseUrl: string;
  token: FencingToken;
}

export interface RowsToCommit {
  ids: readonly string[];
  /** Rows per statement. */
  rows: number;
}

let pool: Pool | null = null;
let token: FencingToken = { partition: 0, term: 0, leader: '' };

/** Same length as an outcome of the simulated gateway. */
const outcomeOf = (id: string): Outcome => ({
  id,
  status: 'SUCCEEDED',
  attempts: 1,
  reason: null,
  gatewayReference: `sim-${id.slice(-8)}`,
});

async function commitGroup(db: Pool, outcomes: readonly Outcome[]): Promise<void> {
  const { held, ids } = await commitOutcomes(db, token, outcomes);
  if (!held || ids.length !== outcomes.length)
    throw new Error(`${ids.length} of ${outcomes.length} rows were committed; fence held: ${held}`);
}

serve({
  open: async (opened: Opened) => {
    token = opened.token;
    const options = {
      url: opened.databaseUrl,
      name: 'fenced-rows',
      max: 1,
      statementTimeoutMs: 60_000,
      settings: KEYED_PLANS,
    };
    pool = createPool(options, createLogger('bench', 'fenced-rows', 'silent'));
    await pool.query('SELECT 1');
  },
  commit: async ({ ids, rows }: RowsToCommit): Promise<Span> => {
    if (!pool) throw new Error('not open');
    const groups = portionsOf(ids.map(outcomeOf), rows);
    const fromNs = nowNs();
    for (const group of groups) await commitGroup(pool, group);
    return { fromNs, toNs: nowNs() };
  },
  close: async () => pool?.end(),
});
