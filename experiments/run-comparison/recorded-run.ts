/**
 * Reads a run from its folder: result.json and journal.json. Both are validated, because they may
 * be from any source.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ArgumentError } from '../../shared/arguments/parse.js';
import { REPORTS } from '../record/run-record.js';

const trial = z.object({
  sent: z.number(),
  withinDeadline: z.number(),
  latencyMs: z.object({ p50: z.number(), p95: z.number(), p99: z.number(), max: z.number() }),
  handovers: z.array(z.object({ kind: z.string(), totalMs: z.number().optional() })),
  errors: z.record(z.string(), z.number()),
});

const result = z.object({
  name: z.string(),
  seed: z.number(),
  commit: z.string(),
  startedAt: z.string(),
  verdict: z.enum(['valid', 'invalid', 'unknown']),
  systems: z.array(z.object({ system: z.string(), total: trial })).min(1),
});

const journal = z.object({
  command: z.string(),
  deadlineMs: z.number(),
  machine: z.object({
    cpu: z.string(),
    cores: z.number(),
    memoryGb: z.number(),
    os: z.string(),
    versions: z.record(z.string(), z.string()),
  }),
  systems: z.array(
    z.object({
      system: z.string(),
      latencyBlocks: z.object({ blocks: z.array(z.array(z.number())) }),
    }),
  ),
});

export interface RecordedRun {
  /** The folder. */
  folder: string;
  result: z.infer<typeof result>;
  journal: z.infer<typeof journal>;
}

/** The folder of a run cannot be read: exit code 3. */
export class UnreadableRun extends Error {}

function read<T>(schema: z.ZodType<T>, path: string): T {
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    const [issue] = error instanceof z.ZodError ? error.issues : [];
    const why = issue ? `${issue.path.join('.')}: ${issue.message}` : (error as Error).message;
    throw new UnreadableRun(`${path} cannot be read as part of a run: ${why}`);
  }
}

/**
 * @param run a folder, or its name under `reports/`. @throws UnreadableRun, and ArgumentError when
 *   the folder does not exist.
 */
export function readRun(run: string): RecordedRun {
  const folder = [run, join(REPORTS, run)].find((candidate) =>
    existsSync(join(candidate, 'result.json')),
  );
  if (folder === undefined)
    throw new ArgumentError(
      `There is no run "${run}": no result.json in ${run}/ or ${join(REPORTS, run)}/.`,
    );
  return {
    folder,
    result: read(result, join(folder, 'result.json')),
    journal: read(journal, join(folder, 'journal.json')),
  };
}
