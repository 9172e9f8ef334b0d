/**
 * The logs of the processes that a supervisor (`npm start`) runs, as a monitor asks for them and
 * shows them.
 */
import { z } from 'zod';
import { FIELDS_MAX } from '../logs/log-entry.js';
import { LOG_LEVELS } from '../logs/log-line.js';
import { memberId, parseWritten } from './ids.js';

const LINES_DEFAULT = 200;
const LINES_MAX = 1_000;
const PROCESSES_MAX = 1_000;
const TEXT_MAX = 200;

/** No path: letters, digits, `_` and `-`. */
export const processName = memberId;

/** Names a place in one file: see local/logs/position.ts. */
const position = z
  .string()
  .regex(
    /^[0-9a-z]{1,16}-[0-9a-z]{1,16}-\d{1,15}-[0-9a-f]{8}$/,
    'must be the `position` of an earlier answer',
  );

/** A form sends every field. An empty field is no filter. */
const field = <T extends z.ZodType>(schema: T) => z.union([z.literal(''), schema]).optional();

export const logQuery = z.strictObject({
  /** Most lines of the answer: the last ones. */
  lines: parseWritten(z.int().min(1).max(LINES_MAX)).default(LINES_DEFAULT),
  /** Least level. Lines of other programs have none and match. */
  level: field(z.enum(LOG_LEVELS)),
  /** In the line, without regard to case. */
  text: field(
    z
      .string()
      .max(TEXT_MAX)
      .regex(/^\P{Cc}*$/u, 'must not contain control characters'),
  ),
  /** Only lines behind this position. */
  after: field(position),
});
export type LogQuery = z.output<typeof logQuery>;

const logEntry = z.object({
  time: z.string().nullable(),
  level: z.enum(LOG_LEVELS).nullable(),
  message: z.string(),
  fields: z.array(z.object({ name: z.string(), value: z.string() })).max(FIELDS_MAX + 1),
});

export const logTail = z.object({
  process: processName,
  /** Oldest first. */
  lines: z.array(logEntry).max(LINES_MAX),
  /** For `after`; empty: there is no file yet. */
  position: z.union([z.literal(''), position]),
  /** Whether earlier lines were left out: more than `lines`, or beyond the bytes of one answer. */
  skipped: z.boolean(),
  /** Whether the file of `after` was replaced or emptied, so that the lines are those of now. */
  restarted: z.boolean(),
});
export type LogTail = z.infer<typeof logTail>;

export const processList = z.object({
  processes: z
    .array(z.object({ name: processName, kind: z.string().max(TEXT_MAX) }))
    .max(PROCESSES_MAX),
});
export type ProcessList = z.infer<typeof processList>;
