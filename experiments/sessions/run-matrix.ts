/**
 * Measures every cell of the matrix on some systems at once. A system measures one row after the
 * other, each with a balancer of its own, and all faults of a row on that balancer.
 */
import { setMaxListeners } from 'node:events';
import { seededRandom } from '../../shared/random.js';
import type { ReplicatedWeb, RunningBalancer } from '../balancer/replicated-web.js';
import { listActs, type FaultAct } from './cell-faults.js';
import {
  findMedianMs,
  toCellFigures,
  type CellFigures,
  type FlowRecord,
  type SessionsFigures,
} from './figures.js';
import {
  nameCell,
  nameRow,
  type Cell,
  type Matrix,
  type MatrixRow,
  type SessionStore,
} from './matrix.js';
import { judgePayments, openBills } from './payments.js';
import { restore } from './restore.js';
import { settleAll } from '../settle.js';
import { performWaves, type WaveOptions } from './waves.js';

/** Flows of a row without a fault, for the median. */
const UNDISTURBED = 20;

export interface MatrixContext {
  web: ReplicatedWeb;
  matrix: Matrix;
  /** Flows of a cell, each of a patient of its own. */
  flows: number;
  seed: number;
  signal: AbortSignal;
  show: (text: string) => void;
}

interface RowFigures {
  medianMs: number | null;
  cells: CellFigures[];
}

const listPatients = (count: number): number[] =>
  Array.from({ length: count }, (_, index) => index + 1);

const toWave = (
  { web, signal, seed, show }: MatrixContext,
  running: RunningBalancer,
  { name, row, count, total }: { name: string; row: MatrixRow; count: number; total: string },
): WaveOptions => ({
  scene: { web, running, signal, victim: seededRandom(seed, name).pick(web.instances) },
  patients: listPatients(count),
  // Without a cookie the next request goes to another instance, which does not have the session.
  identifiesAgain: row.affinity === 'none' && row.store === 'memory' ? 0 : 1,
  onProgress: (flows) => show(`${total}${name} · ${flows}/${count} flows`),
});

async function measureUndisturbed(
  context: MatrixContext,
  running: RunningBalancer,
  row: MatrixRow,
): Promise<FlowRecord[]> {
  const count = Math.min(UNDISTURBED, context.flows);
  await openBills(context.web.cluster.pool, listPatients(count));
  const name = `${nameRow(row)}: no fault`;
  const noFault: FaultAct = ({ onEffect }) => Promise.resolve(onEffect());
  const wave = toWave(context, running, { name, row, count, total: '' });
  return (await performWaves(wave, [noFault])).flows;
}

async function measureCell(
  context: MatrixContext,
  running: RunningBalancer,
  cell: Cell,
  { medianMs, total }: { medianMs: number | null; total: string },
): Promise<CellFigures> {
  const { web, flows: count, signal } = context;
  const startMs = performance.now();
  const bills = await openBills(web.cluster.pool, listPatients(count));
  const wave = toWave(context, running, { name: nameCell(cell), row: cell, count, total });
  const performed = await performWaves(wave, listActs(cell.fault, web.instances));
  await restore(web, running, signal);
  const paidTwice = await judgePayments(web.cluster.pool, bills, signal);
  const durationMs = Math.round(performance.now() - startMs);
  return toCellFigures(cell, { ...performed, paidTwice, durationMs }, medianMs);
}

async function useSessions({ cluster }: ReplicatedWeb, store: SessionStore): Promise<void> {
  cluster.system.patients.forEach((instance) => instance.instruct({ SESSION_STORE: store }));
  await settleAll(cluster.system.patients.map((instance) => instance.restart()));
}

function measureRow(
  context: MatrixContext,
  row: MatrixRow,
  nameTotal: () => string,
): Promise<RowFigures> {
  const { web, matrix, signal } = context;
  const measure = async (running: RunningBalancer): Promise<RowFigures> => {
    await restore(web, running, signal);
    const medianMs = findMedianMs(await measureUndisturbed(context, running, row));
    const cells: CellFigures[] = [];
    for (const fault of matrix.faults) {
      const place = { medianMs, total: nameTotal() };
      cells.push(await measureCell(context, running, { ...row, fault }, place));
    }
    return { medianMs, cells };
  };
  return web.withBalancer({ affinity: row.affinity }, measure, row.engine);
}

/**
 * The rows that no system measures yet. Every other system takes the last one, so that a system
 * seldom changes the session store.
 */
class RowQueue {
  private readonly left: number[];
  private begun = 0;
  readonly figures: RowFigures[] = [];

  constructor(private readonly matrix: Matrix) {
    this.left = [...matrix.rows.keys()];
  }

  take(system: number): number | undefined {
    return system % 2 === 0 ? this.left.shift() : this.left.pop();
  }

  /** Names the next cell among all. */
  nameTotal(): string {
    const { rows, faults } = this.matrix;
    return `Cell ${(this.begun += 1)} of ${rows.length * faults.length}: `;
  }
}

async function measureRows(context: MatrixContext, queue: RowQueue, system: number): Promise<void> {
  let store: SessionStore | null = null;
  for (let at = queue.take(system); at !== undefined; at = queue.take(system)) {
    const row = context.matrix.rows[at] as MatrixRow;
    if (row.store !== store) await useSessions(context.web, row.store);
    ({ store } = row);
    queue.figures[at] = await measureRow(context, row, () => queue.nameTotal());
  }
}

/**
 * An error on one system stops the others. @param webs the systems. @throws AbortError, Error when
 * a system does not recover.
 */
export async function measureMatrix(
  webs: readonly ReplicatedWeb[],
  common: Omit<MatrixContext, 'web'>,
): Promise<SessionsFigures> {
  const { matrix } = common;
  const failure = new AbortController();
  const signal = AbortSignal.any([common.signal, failure.signal]);
  // Every client waits on it.
  setMaxListeners(0, signal);
  const queue = new RowQueue(matrix);
  const measureOn = async (web: ReplicatedWeb, system: number): Promise<void> => {
    try {
      await measureRows({ ...common, web, signal }, queue, system);
    } catch (error) {
      failure.abort(error);
      throw error;
    }
  };
  await settleAll(webs.map(measureOn));
  return {
    matrix,
    systems: webs.length,
    medianMs: queue.figures.map(({ medianMs }) => medianMs),
    cells: queue.figures.flatMap(({ cells }) => cells),
  };
}
