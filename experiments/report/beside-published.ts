/** The published result as a row next to the measured ones. */
import { PUBLISHED_TOTAL } from './published.js';
import type { ExperimentResult } from '../record/result.js';
import { wilson95 } from '../statistics/statistics.js';

/** The published figures only apply to `availability`. */
export const isPublished = ({ name }: Pick<ExperimentResult, 'name'>): boolean =>
  name === 'availability';

export const PUBLISHED_ROW = {
  name: 'in the report',
  sent: PUBLISHED_TOTAL.sent,
  succeeded: PUBLISHED_TOTAL.succeeded,
  share: PUBLISHED_TOTAL.succeeded / PUBLISHED_TOTAL.sent,
  interval: wilson95(PUBLISHED_TOTAL.succeeded, PUBLISHED_TOTAL.sent),
} as const;
