/** Starts devices and API anew, for a design whose devices do not return by themselves. */
import type { ManagedProcess } from '../../local/processes/processes.js';
import { sleep } from '../../shared/clock.js';
import { wallMs } from '../traffic/client.js';
import { waitForWholeRounds, type MeasurementScene } from './scene.js';

async function end(process: ManagedProcess): Promise<void> {
  process.kill('SIGKILL');
  await process.exited;
}

/** Waits until the sessions of the former devices have ended, and until the rounds are whole. */
export async function restartDevices(scene: MeasurementScene): Promise<void> {
  const { devices, api, recorder, sessionTimeoutMs, signal } = scene;
  await Promise.all(devices.map(end));
  // The API of the baseline keeps its series in memory.
  await recorder.poll();
  await end(api);
  await sleep(sessionTimeoutMs, signal);
  await Promise.all([...devices, api].map((process) => process.start()));
  await waitForWholeRounds(scene, wallMs(), 'after the restart of the devices');
}
