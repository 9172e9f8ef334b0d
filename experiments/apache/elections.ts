/** How often the balancer elected each instance. Pure. */
import { count } from '../../shared/format.js';
import { sum } from '../statistics/statistics.js';
import type { ApacheFigures, ElectionFigures } from './figures.js';

/** In the order of the instances. */
export const listElected = (
  { instances }: Pick<ApacheFigures, 'instances'>,
  { elected }: Pick<ElectionFigures, 'elected'>,
): number[] => instances.map((name) => elected[name] ?? 0);

/** The expected elections, less one for each that is missing or too many. */
export const countAsExpected = (actual: readonly number[], expected: readonly number[]): number =>
  sum(expected) - sum(actual.map((number, index) => Math.abs(number - (expected[index] ?? 0))));

export const showElected = (counts: readonly number[]): string => counts.map(count).join('/');
