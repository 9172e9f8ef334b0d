/** What a run leaves in `reports/NAME-TIME-seedN/`: result.json, trials.csv, history.ndjson. */
import { execFileSync } from 'node:child_process';
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { once } from 'node:events';
import type { Evidence } from '../history.js';
import type { Journal } from '../journal.js';
import type { ExperimentResult } from '../result.js';

/** The commit that was measured, with `+` when the tree had changes; `unknown` outside of a checkout. */
export function currentCommit(): string {
  try {
    const git = (...args: string[]): string => execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    return `${git('rev-parse', '--short=12', 'HEAD')}${git('status', '--porcelain') === '' ? '' : '+'}`;
  } catch {
    return 'unknown';
  }
}

function trialsCsv({ systems }: ExperimentResult): string {
  const header = 'system,trial,sent,succeeded,declined,failed,pending,within_deadline,availability,p50_ms,p95_ms,p99_ms,max_ms,faults,handovers';
  const lines = systems.flatMap(({ system, trials, total }) =>
    [...trials.map((trial, index) => [String(index + 1), trial] as const), ['total', total] as const].map(([name, trial]) => {
      const { p50, p95, p99, max } = trial.latencyMs;
      const counts = [trial.sent, trial.succeeded, trial.declined, trial.failed, trial.pending, trial.withinDeadline, trial.availability];
      return [system, name, ...counts, p50, p95, p99, max, trial.faults.length, trial.handovers.length].join(',');
    }),
  );
  return `${[header, ...lines].join('\n')}\n`;
}

/** One line an event: requests, payments, charges, elections, faults. Streamed: a long run has many. */
async function writeHistory(path: string, { requests, payments, charges, elections, faults }: Evidence): Promise<void> {
  const file = createWriteStream(path);
  const kinds = { request: requests, payment: payments, charge: charges ?? [], election: elections, fault: faults };
  for (const [kind, entries] of Object.entries(kinds)) {
    for (const entry of entries) if (!file.write(`${JSON.stringify({ kind, ...entry })}\n`)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'close');
}

/** @returns the folder. @param jsonFile one more copy of result.json, or null. */
export async function writeReport({ result, systems }: Journal, jsonFile: string | null): Promise<string> {
  const time = result.startedAt.replace(/[-:]/g, '').replace(/\..*/, '');
  const folder = join('reports', `${result.name}-${time}-seed${result.seed}`);
  mkdirSync(folder, { recursive: true });
  const json = `${JSON.stringify(result, null, 2)}\n`;
  writeFileSync(join(folder, 'result.json'), json);
  writeFileSync(join(folder, 'trials.csv'), trialsCsv(result));
  const [first] = systems;
  if (first) await writeHistory(join(folder, 'history.ndjson'), first.evidence);
  if (jsonFile !== null) writeFileSync(jsonFile, json);
  return folder;
}
