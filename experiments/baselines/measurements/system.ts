/** The published measurement rounds as a system under test: Relevo with other devices and API. */
import type { Place } from '../../../local/plan.js';
import { RELEVO, type SystemUnderTest } from '../../system/system-under-test.js';

const PROGRAMS: Partial<Readonly<Record<Place['kind'], string>>> = {
  device: 'experiments/baselines/measurements/device.ts',
  measurements: 'experiments/baselines/measurements/api.ts',
};

export const PUBLISHED_ROUNDS: SystemUnderTest = {
  ...RELEVO,
  name: 'published-rounds',
  what: 'As published: a device that loses its connection never reconnects, and the API accepts every mean.',
  program: ({ kind }) => PROGRAMS[kind] ?? `${kind}/main.ts`,
};
