/**
 * A row of a published report beside the measurement. Counts must agree; latencies and rates are
 * only shown, because machines differ. Pure.
 */
import { count, milliseconds } from '../../shared/format.js';
import type { Objective } from '../record/result.js';
import type { LoadFigures } from './load.js';

export interface ComparedRow {
  /** Number of the task, and of the row. */
  id: string;
  what: string;
  published: string;
  measured: string;
  /** How the row agrees; null: it is only shown. */
  rule: string | null;
  /** Null: only shown. */
  objective: Objective | null;
}

export interface Comparison {
  id: string;
  what: string;
  published: string;
  measured: string;
  target: number;
  actual: number;
  /** Largest difference of target and actual. Default: 0. */
  tolerance?: number;
  /** Requests without an answer 200. */
  failed: number;
}

export function compareRow({ id, what, published, measured, ...figures }: Comparison): ComparedRow {
  const { target, actual, tolerance = 0, failed } = figures;
  const met = failed === 0 && Math.abs(actual - target) <= tolerance;
  return {
    id,
    what,
    published,
    measured: failed === 0 ? measured : `${measured}, ${failed} failed`,
    rule: tolerance === 0 ? 'exact' : `within ${tolerance}`,
    objective: { name: `${id} ${what}`, target, actual, met },
  };
}

type RowTexts = Pick<ComparedRow, 'id' | 'what' | 'published' | 'measured'>;

/** The published text of a row that the report does not have. */
export const NOT_PUBLISHED = '–';

/** A row that states a fact, which is true or not. */
export const factRow = (texts: RowTexts, isTrue: boolean): ComparedRow =>
  compareRow({ ...texts, target: 1, actual: isTrue ? 1 : 0, failed: 0 });

/** A row without a judgement. */
export const shownRow = (texts: RowTexts): ComparedRow => ({
  ...texts,
  rule: null,
  objective: null,
});

const toFigure = (value: number | null): string => (value === null ? '–' : String(value));

/** Mean, min, max and rate; null: not published. */
export type PublishedLatency = readonly [
  mean: number,
  min: number | null,
  max: number | null,
  rate: number,
];

const showLatency = ([mean, min, max, rate]: PublishedLatency): string =>
  `${mean}/${toFigure(min)}/${toFigure(max)} ${rate}/s`;

export const latencyRow = (
  id: string,
  published: PublishedLatency,
  load: LoadFigures,
): ComparedRow => {
  const { mean, min, max } = load.latencyMs;
  const measured = [mean, min, max].map((value) => Math.round(value));
  return {
    id,
    what: 'mean/min/max ms, requests per s',
    published: showLatency(published),
    measured: `${measured.join('/')} ${milliseconds(load.throughputPerSec)}/s`,
    rule: null,
    objective: null,
  };
};

export const showCounts = (counts: readonly number[]): string => counts.map(count).join(' / ');
