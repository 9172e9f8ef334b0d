/** What a page knows of one system: what it left, what that came to, and what follows from both. */
import type { SystemJournal } from '../../journal.js';
import type { ExperimentResult } from '../../result.js';
import type { Stories } from './choose-stories.js';
import type { Rows } from './fate.js';

export interface SystemFacts {
  journal: SystemJournal;
  result: ExperimentResult['systems'][number];
  rows: Rows;
  stories: Stories;
  deadlineMs: number;
  /** Whether the published trials belong beside these. */
  beside: boolean;
}
