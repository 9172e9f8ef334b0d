/**
 * The facts of one system for its section of the page: its journal, its results, and the data
 * derived from both.
 */
import type { SystemRecord } from '../../record/run-record.js';
import type { ExperimentResult } from '../../record/result.js';
import type { Stories } from './choose-stories.js';
import type { Rows } from './fate.js';

export interface SystemFacts {
  journal: SystemRecord;
  result: ExperimentResult['systems'][number];
  rows: Rows;
  stories: Stories;
  deadlineMs: number;
  /** Whether the published trials are shown next to these. */
  beside: boolean;
}
