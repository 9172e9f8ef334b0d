/**
 * The rolling restart that the supervisor performs: the preview, the progress per step, and the
 * end. The page reads it again and again, because the monitor behind the page is restarted too:
 * while the monitor does not answer, the last progress stays.
 */
import { byId, make, show, state } from './dom.js';
import { offer } from './link.js';

/** @typedef {import('../../../shared/contracts/rolling-restart.js').RestartRecord} RestartRecord */
/**
 * @typedef {import('../../../shared/contracts/rolling-restart.js').CurrentRestart} CurrentRestart
 */
/** @typedef {import('../../../shared/contracts/rolling-restart.js').RestartPlan} RestartPlan */
/** @typedef {import('../../../shared/contracts/rolling-restart.js').RestartStep} RestartStep */
/** @typedef {import('../../../shared/contracts/rolling-restart.js').StepRecord} StepRecord */

/** Pause between two reads while a restart is in progress, and otherwise, in ms. */
const RUNNING_MS = 500;
const IDLE_MS = 5_000;
const ANSWER_MS = 5_000;
const PLAN_MS = 15_000;

/** @type {Readonly<Record<StepRecord['state'], string>>} */
const TONES = { waiting: 'none', running: 'warn', done: 'good', failed: 'bad', skipped: 'left' };
/** @type {Readonly<Record<RestartRecord['state'], string>>} */
const END_TONES = { running: 'warn', done: 'good', failed: 'bad', stopped: 'warn' };

/** @param {number} ms */
const seconds = (ms) => `${(ms / 1_000).toFixed(1)} s`;

/** @param {readonly RestartStep[]} steps */
const sumExpectedMs = (steps) => steps.reduce((sum, { expectedMs }) => sum + expectedMs, 0);

/**
 * The steps with their expected durations, as sentences. Pure.
 * @param {RestartPlan} plan
 */
export const describePlan = ({ steps }) => [
  `${steps.length} steps, about ${seconds(sumExpectedMs(steps))} in all, one process at a time:`,
  ...steps.map(
    ({ name, does, expectedMs }, index) =>
      `${index + 1}. ${name}: ${does} (about ${seconds(expectedMs)})`,
  ),
];

/**
 * How far the restart is, or how it ended and how to continue. Pure.
 * @param {RestartRecord} record
 */
export function describeRestart({ state, steps, reason, actor, startedAt, endedAt }) {
  const done = steps.filter((step) => step.state === 'done').length;
  const begin = `${done} of ${steps.length} steps are done`;
  if (state === 'running') return `${begin}. ${actor}: ${reason}`;
  const tookMs = Date.parse(endedAt ?? startedAt) - Date.parse(startedAt);
  if (state === 'done') return `${begin}, after ${seconds(tookMs)}. ${actor}: ${reason}`;
  const failed = steps.find((step) => step.state === 'failed');
  const cause = failed
    ? `Stopped at ${failed.name}: ${failed.problem ?? 'it failed'}.`
    : 'Stopped before the next step.';
  return `${cause} ${begin}; the rest is untouched. To continue, restart one by one again: it begins with the first step and is safe.`;
}

/** Reads the plan for the dialog. Never rejects. */
export async function requestPlan() {
  const response = await fetch('/restarts/plan', { signal: AbortSignal.timeout(PLAN_MS) }).catch(
    () => null,
  );
  const answer = (await response?.json().catch(() => null)) ?? null;
  if (response?.ok && answer) return { words: describePlan(answer), isPossible: true };
  const detail = answer?.detail ?? 'This monitor does not answer, so there is no preview.';
  return { words: [String(detail)], isPossible: false };
}

/** @param {StepRecord} step */
function formatDuration({ startedAt, endedAt, expectedMs }) {
  if (startedAt === null) return `about ${seconds(expectedMs)}`;
  const untilMs = endedAt === null ? Date.now() : Date.parse(endedAt);
  return seconds(Math.max(0, untilMs - Date.parse(startedAt)));
}

/** @param {StepRecord} step */
const makeStep = (step) =>
  make(
    'li',
    { dataset: { step: step.name } },
    state(TONES[step.state], step.state),
    make('strong', {}, step.name),
    make('span', { class: 'step-does' }, step.does),
    make('span', { class: 'soft' }, formatDuration(step)),
    step.problem === null ? null : make('span', { class: 'problem' }, step.problem),
  );

/** @param {RestartRecord} record */
function showRestart(record) {
  byId('restart-summary').hidden = false;
  byId('restart-summary').className = `state ${END_TONES[record.state]}`;
  show('restart-summary', describeRestart(record));
  byId('restart-steps').hidden = false;
  byId('restart-steps').replaceChildren(...record.steps.map(makeStep));
}

/**
 * Follows restarts, also those that the command line began. Does nothing on a page without the
 * section.
 * @param {{ onPress: () => void, onEnd: () => void }} handlers
 */
export function followRestart({ onPress, onEnd }) {
  const button = document.getElementById('restart-button');
  let isRunning = false;
  let timer = 0;

  async function refresh() {
    clearTimeout(timer);
    const response = await fetch('/restarts/current', {
      signal: AbortSignal.timeout(ANSWER_MS),
    }).catch(() => null);
    /** @type {CurrentRestart | null} */
    const answer = response?.ok ? await response.json().catch(() => null) : null;
    const record = answer?.restart ?? null;
    if (record) {
      showRestart(record);
      if (isRunning && record.state !== 'running') onEnd();
      isRunning = record.state === 'running';
      if (button) offer(button, !isRunning);
    }
    clearTimeout(timer);
    timer = window.setTimeout(() => void refresh(), isRunning ? RUNNING_MS : IDLE_MS);
  }

  if (button) {
    button.addEventListener('click', onPress);
    void refresh();
  }
  return { refresh: () => void (button && refresh()) };
}
