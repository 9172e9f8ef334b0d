/** The memory of the processes of the measurement rounds. */
import type { ManagedProcess } from '../../local/processes/processes.js';
import { percentile } from '../../shared/percentile.js';
import { costOf } from '../system/processes-cost.js';
import type { MemoryFigure } from './run-figures.js';
import type { MeasurementScene } from './scene.js';

function measure(name: string, processes: readonly ManagedProcess[]): MemoryFigure[] {
  const sizes = processes
    .flatMap(({ pid }) => (pid === null ? [] : (costOf(pid)?.residentMb ?? [])))
    .filter((megabytes) => megabytes > 0);
  if (sizes.length === 0) return [];
  const [residentMb, largestMb] = [percentile(sizes, 0.5), Math.max(...sizes)];
  return [{ name, processes: sizes.length, residentMb, largestMb }];
}

/** Empty where the system has no /proc. */
export const measureMemory = ({ members, devices, api }: MeasurementScene): MemoryFigure[] => [
  ...measure('ensemble member', members),
  ...measure('device', devices),
  ...measure('API', [api]),
];
