/**
 * All faults of services and of single engines. To add one: one file, and one line here. Those of
 * the storage with standbys are in `experiments/storage/`.
 */
import { STORAGE_FAULTS } from '../storage/scheduled-faults.js';
import type { FaultDefinition } from './fault.js';
import { block } from './block.js';
import { clockMonotonic, clockWall } from './clock-jumps.js';
import { diskFull } from './disk-full.js';
import { freeze } from './freeze.js';
import { GATEWAY_FAULTS } from './gateway-faults.js';
import { isolate } from './isolate.js';
import { kill } from './kill.js';
import { latency } from './latency.js';
import { logMoved } from './log-moved.js';
import { partitionFault } from './partition.js';
import { planned } from './planned.js';
import { handoverWithoutQueue, queueRefusesWrites, unreadableParcel } from './queue-faults.js';
import { reset } from './reset.js';
import { restart } from './restart.js';
import { wipeRedis } from './wipe-redis.js';

export const FAULTS: readonly FaultDefinition[] = [
  kill,
  freeze,
  restart,
  wipeRedis,
  diskFull,
  logMoved,
  block,
  clockWall,
  clockMonotonic,
  partitionFault,
  isolate,
  latency,
  reset,
  queueRefusesWrites,
  unreadableParcel,
  handoverWithoutQueue,
  ...GATEWAY_FAULTS,
  planned,
];

/** Every fault that a schedule may contain. */
export const SCHEDULED_FAULTS: readonly FaultDefinition[] = [...FAULTS, ...STORAGE_FAULTS];

/** @throws RangeError when no fault has that kind. */
export function getFault(kind: string): FaultDefinition {
  const found = FAULTS.find((fault) => fault.kind === kind);
  if (!found)
    throw new RangeError(
      `There is no fault "${kind}"; there are ${FAULTS.map((fault) => fault.kind).join(', ')}.`,
    );
  return found;
}
