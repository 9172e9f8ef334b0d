/** Starts the system of the experiment zookeeper, and brings its rounds to the wanted period. */
import type { RunContext } from '../experiment.js';
import { SETTLE_MS } from '../scenarios/with-cluster.js';
import { openCluster, type Cluster } from '../system/cluster.js';
import type { SystemUnderTest } from '../system/system-under-test.js';
import type { Random } from '../../shared/random.js';
import { ApiDoors } from './api-doors.js';
import { payMeanwhile } from './payments.js';
import { MeanRecorder } from './recorder.js';
import type { MeasurementScene } from './scene.js';
import { SettingsWriter } from './settings.js';

/** Of the payments service, each with a device. */
const REPLICAS = 3;

export interface SceneOptions {
  subject: SystemUnderTest;
  periodMs: number;
  sessionTimeoutMs: number;
  /** Whether the API accepts every mean, and devices trust the ensemble alone, for the control. */
  withoutFence: boolean;
  random: Random;
}

/** @throws as `openCluster`; Error when the rounds do not begin. */
export async function openScene(
  options: SceneOptions,
  { progress, signal }: Pick<RunContext<never>, 'progress' | 'signal'>,
): Promise<MeasurementScene> {
  const { subject, sessionTimeoutMs, withoutFence } = options;
  const cluster = await openCluster({
    subject,
    replicas: REPLICAS,
    monitors: 1,
    patients: 1,
    gateway: 'simulated',
    measurements: true,
    // Only these: the lab carries this traffic itself.
    links: ({ to }) => to.startsWith('zookeeper_'),
    env: {
      SESSION_TIMEOUT_MS: String(sessionTimeoutMs),
      ...(withoutFence ? { FENCE: 'off', OWN_CLOCK: 'off' } : {}),
    },
    progress,
    signal,
  });
  try {
    await cluster.waitUntilSettled(REPLICAS, SETTLE_MS);
    return await beginRounds(cluster, options, signal);
  } catch (error) {
    await cluster.close();
    throw error;
  }
}

async function beginRounds(
  cluster: Cluster,
  { periodMs, sessionTimeoutMs, random }: SceneOptions,
  signal: AbortSignal,
): Promise<MeasurementScene> {
  const { ensemble, devices, measurements: api } = cluster.system;
  if (!api) throw new Error('the system has no API of the measurements');
  const doors = await ApiDoors.open(api.port);
  cluster.beforeClose(() => doors.close());
  const settings = new SettingsWriter(ensemble.map(({ url }) => url).join(','), signal);
  cluster.beforeClose(() => settings.close());
  const recorder = await MeanRecorder.start(devices, api.url);
  cluster.beforeClose(() => recorder.stop());
  cluster.beforeClose(payMeanwhile(cluster, signal));
  await settings.writeApiUrl(doors.meanUrl);
  await settings.writePeriod(periodMs);
  const parts = { cluster, members: ensemble, devices, api, recorder, doors, settings };
  return { ...parts, periodMs, sessionTimeoutMs, random, signal };
}
