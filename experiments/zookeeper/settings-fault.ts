/** The settings change while the devices run: twice the period, and another address of the API. */
import { pollUntil } from '../../shared/wait-until.js';
import { wallMs } from '../traffic/client.js';
import type { MeasurementFault, OpenRoundFault } from './fault.js';
import type { MeasurementScene } from './scene.js';

const FACTOR = 2;
/** Rounds with the new settings, and the shortest time between two of them in new periods. */
const ROUNDS = 3;
const SHORTEST = 0.75;
const POLL_MS = 50;
/** Longest wait for these rounds, in new periods. */
const MOST_PERIODS = 20;

/** The old address answers nothing from one old period after the change. */
async function changeSettings(scene: MeasurementScene): Promise<OpenRoundFault> {
  const { doors, settings, periodMs } = scene;
  const old = doors.proxy;
  doors.change();
  await settings.writeApiUrl(doors.meanUrl);
  await settings.writePeriod(FACTOR * periodMs);
  const atMs = wallMs();
  let undo = (): void => undefined;
  const timer = setTimeout(() => (undo = old.refuse()), periodMs);
  return {
    target: 'every device',
    atMs,
    check: () => checkPeriod(scene, atMs + periodMs),
    heal: async () => {
      clearTimeout(timer);
      undo();
      await settings.writePeriod(periodMs);
    },
  };
}

/** Whether the rounds since then have the new period. */
async function checkPeriod(scene: MeasurementScene, sinceMs: number): Promise<string | null> {
  const { recorder, periodMs, signal } = scene;
  const since = (): number[] =>
    recorder.accepted.map(({ atMs }) => atMs).filter((ms) => ms > sinceMs);
  const deadlineMs = MOST_PERIODS * FACTOR * periodMs;
  await pollUntil(() => since().length > ROUNDS, { deadlineMs, pollMs: POLL_MS, signal });
  const [times, shortest] = [since(), SHORTEST * FACTOR * periodMs];
  if (times.length <= ROUNDS) return 'the new address received no means';
  const mean = ((times[ROUNDS] as number) - (times[0] as number)) / ROUNDS;
  return mean >= shortest ? null : `the rounds kept their period: ${Math.round(mean)} ms`;
}

export const SETTINGS_CHANGED: MeasurementFault = {
  name: 'settings-changed',
  title: 'period, address changed',
  published: 'goes on',
  holdMs: () => 0,
  inject: changeSettings,
};
