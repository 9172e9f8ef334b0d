/**
 * The objectives of the experiment sessions: with sessions in Redis and a cookie no flow is lost,
 * except when Redis itself is killed; and no cell pays a bill twice. Two more show that the
 * experiment can fail: each fault concerned enough flows, and sessions in memory are lost with
 * their instance. Pure.
 */
import type { Objective, Violation } from '../record/result.js';
import type { CellFigures } from './figures.js';
import { nameCell, type Cell } from './matrix.js';

/** Whether no flow of the cell may be lost. */
const mustKeepFlows = ({ affinity, store, fault }: Cell): boolean =>
  affinity === 'cookie' && store === 'redis' && fault !== 'kill-redis';

const toObjective = (name: string, actual: number): Objective => ({
  name,
  target: 0,
  actual,
  met: actual === 0,
});

const toMinimum = (name: string, target: number, actual: number): Objective => ({
  name,
  target,
  actual,
  met: actual >= target,
});

const sum = (numbers: readonly number[]): number => numbers.reduce((one, other) => one + other, 0);

/** Fewer flows may lose no session by chance: at a kill, some five of a hundred do. */
const CONTROL_FLOWS = 100;

/** Whether the cell must lose sessions: those of an instance that ends. */
const isControl = ({ affinity, store, fault }: Cell): boolean =>
  affinity === 'cookie' && store === 'memory' && (fault === 'kill' || fault === 'restart');

function toControl(cells: readonly CellFigures[]): Objective[] {
  const controls = cells.filter(isControl);
  if (sum(controls.map(({ flows }) => flows)) < CONTROL_FLOWS) return [];
  const lost = sum(controls.map(({ lostFlows }) => lostFlows));
  return [toMinimum('control, sessions in memory when instances end: flows lost', 1, lost)];
}

/** A quarter of the flows of a cell must end after its fault began. */
const toFewest = (cells: readonly CellFigures[]): Objective => {
  const target = Math.ceil(Math.min(...cells.map(({ flows }) => flows)) / 4);
  const fewest = Math.min(...cells.map(({ underFault }) => underFault));
  return toMinimum('flows that ended after the fault began, fewest of a cell', target, fewest);
};

export const sessionsObjectives = (cells: readonly CellFigures[]): Objective[] => [
  ...cells
    .filter(mustKeepFlows)
    .map((cell) => toObjective(`${nameCell(cell)}: flows lost`, cell.lostFlows)),
  toObjective('bills paid twice in all cells', sum(cells.map(({ paidTwice }) => paidTwice.length))),
  toFewest(cells),
  ...toControl(cells),
];

/** A bill that was paid twice breaks a promise of the product, in any cell. */
export const findViolations = (cells: readonly CellFigures[]): Violation[] =>
  cells
    .filter(({ paidTwice }) => paidTwice.length > 0)
    .map((cell) => ({ rule: `paid twice: ${nameCell(cell)}`, ids: [...cell.paidTwice] }));
