/** Connects the stored samples of a monitor: their source, the writing monitor, and the store. */
import { isLowestMonitor } from '../cluster/lowest-monitor.js';
import type { Connections } from '../connections.js';
import { TIERS } from '../core/sample-tiers.js';
import type { Observers } from '../status/observers.js';
import { getKnownStatus, type StatusSources } from '../status/status.js';
import { SampleRecorder } from './sample-recorder.js';
import { toSampleRow, type SampleRow } from './sample-row.js';
import { SampleStore } from './sample-store.js';

const STEP_MINUTES = TIERS[0].stepSec / 60;

export interface Samples {
  store: SampleStore;
  recorder: SampleRecorder;
}

/** Null: the leadership is not known yet. */
function readRow({ sampler }: Observers, sources: StatusSources): SampleRow | null {
  if (sources.state().leadership === null) return null;
  return toSampleRow(getKnownStatus(sources, sampler.queue), sampler.since(STEP_MINUTES));
}

export function createSamples(
  connections: Connections,
  { observers, sources }: { observers: Observers; sources: StatusSources },
): Samples {
  const { config, historyPool, logger } = connections;
  const store = new SampleStore(historyPool, config.id);
  const recorder = new SampleRecorder({
    store,
    read: () => readRow(observers, sources),
    isRecorder: () => isLowestMonitor(connections),
    logger,
  });
  return { store, recorder };
}
