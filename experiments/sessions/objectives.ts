/**
 * The objective of the experiment sessions: with sessions in Redis and a cookie no flow is lost,
 * except when Redis itself is killed; and no cell pays a bill twice. Pure.
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

export const sessionsObjectives = (cells: readonly CellFigures[]): Objective[] => [
  ...cells
    .filter(mustKeepFlows)
    .map((cell) => toObjective(`${nameCell(cell)}: flows lost`, cell.lostFlows)),
  toObjective(
    'bills paid twice in all cells',
    cells.reduce((sum, { paidTwice }) => sum + paidTwice.length, 0),
  ),
];

/** A bill that was paid twice breaks a promise of the product, in any cell. */
export const findViolations = (cells: readonly CellFigures[]): Violation[] =>
  cells
    .filter(({ paidTwice }) => paidTwice.length > 0)
    .map((cell) => ({ rule: `paid twice: ${nameCell(cell)}`, ids: [...cell.paidTwice] }));
