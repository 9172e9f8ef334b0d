/**
 * A laboratory for tests: real processes, no output; closed after the last test of the file,
 * whether or not the tests passed.
 */
import {
  openLaboratory,
  type Laboratory,
  type LaboratoryOptions,
} from '../../experiments/system/cluster.js';
import { SETTLE_MS } from '../../experiments/scenarios/with-cluster.js';

/**
 * Suspicions must come from the faults of a test, not from a machine too busy to send beats in
 * time.
 */
const CALM = { BEAT_TIMEOUT_MS: '3000', GRAY_MS: '5000' };
const QUIET = { show: () => undefined, end: () => undefined };
const opened: Laboratory[] = [];

/** Opened and settled. The services do not get Jest's NODE_OPTIONS. */
export async function openTestLaboratory(
  options: Partial<LaboratoryOptions> = {},
): Promise<Laboratory> {
  const laboratory = await openLaboratory({
    replicas: 3,
    monitors: 1,
    patients: 1,
    progress: QUIET,
    signal: new AbortController().signal,
    ...options,
    env: { NODE_OPTIONS: '', ...CALM, ...options.env },
  });
  opened.push(laboratory);
  await laboratory.settled(laboratory.system.replicas.length, SETTLE_MS);
  return laboratory;
}

afterAll(async () => {
  for (const laboratory of opened.splice(0)) await laboratory.close();
}, 180_000);
