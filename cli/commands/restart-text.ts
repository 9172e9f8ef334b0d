/** Formats the plan, the progress and the end of a rolling restart. Pure. */
import type {
  RestartRecord,
  RestartStep,
  StepRecord,
} from '../../shared/contracts/rolling-restart.js';
import { formatDuration } from '../output/format-time.js';
import { formatTable, wrap, WIDTH } from '../output/table.js';

const NOT_RESTARTED = 'PostgreSQL and Redis are not restarted.';

export function formatPlan(steps: readonly RestartStep[]): string {
  const rows = steps.map(({ name, does, expectedMs }, index) => [
    String(index + 1),
    name,
    `about ${formatDuration(expectedMs)}`,
    does,
  ]);
  const totalMs = steps.reduce((sum, { expectedMs }) => sum + expectedMs, 0);
  return [
    ...formatTable(['Step', 'Process', 'Expected', 'What happens'], rows),
    `In all about ${formatDuration(totalMs)}, one process at a time.`,
    NOT_RESTARTED,
  ].join('\n');
}

const toTookMs = ({ startedAt, endedAt }: Pick<StepRecord, 'startedAt' | 'endedAt'>): number =>
  startedAt && endedAt ? Date.parse(endedAt) - Date.parse(startedAt) : 0;

const isFinal = ({ state }: StepRecord): boolean => state === 'done' || state === 'failed';

/** `3 of 10: patients_3: drain, maint, restart, ready …`. */
export function formatRunning({ steps }: RestartRecord): string {
  const index = steps.findIndex(({ state }) => state === 'running');
  const step = steps[index];
  return step ? `${index + 1} of ${steps.length}: ${step.name}: ${step.does} …` : '';
}

/** The lines of the final steps after the first `known` ones. */
export const listEnded = ({ steps }: RestartRecord, known: number): string[] =>
  steps
    .filter(isFinal)
    .slice(known)
    .map((step) => `${step.name}: ${step.state} after ${formatDuration(toTookMs(step))}`);

export function formatEnd(record: RestartRecord): string {
  const done = record.steps.filter(({ state }) => state === 'done').length;
  const total = record.steps.length;
  const tookMs = record.endedAt ? Date.parse(record.endedAt) - Date.parse(record.startedAt) : 0;
  if (record.state === 'done')
    return `Restarted one after another: ${done} of ${total} steps in ${formatDuration(tookMs)}.\n${NOT_RESTARTED}`;
  const rest = `${done} of ${total} steps are done; the rest is untouched. To continue, repeat \`relevo restart --rolling\`: it begins with the first step and is safe.`;
  const failed = record.steps.find(({ state }) => state === 'failed');
  const text = failed
    ? `Stopped at ${failed.name}: ${failed.problem ?? 'it failed'}. ${rest} \`relevo doctor\` finds the cause.`
    : `Stopped before the next step. ${rest}`;
  return text
    .split('\n')
    .flatMap((line) => wrap(line, WIDTH))
    .join('\n');
}
