/**
 * The transactions of a leading device, and of one that measures. Those of a leader begin with the
 * condition that its own election node exists: a device that was removed changes nothing.
 */
import { ZNODES } from '../../shared/contracts/measurements.js';
import { liftBarrier, raiseBarrier } from '../../shared/zookeeper/barrier.js';
import type { NodeOperation } from '../../shared/zookeeper/transaction.js';
import type { RoundStep } from '../core/types.js';

/** The condition that this candidate was not removed. */
export const stillCandidate = (node: string): NodeOperation => ({
  kind: 'exists',
  path: `${ZNODES.election}/${node}`,
});

/** @param openedAt wall clock, for people. */
export const toOpening = (
  node: string,
  { round, epoch, counterVersion }: Extract<RoundStep, { kind: 'open' }>,
  openedAt: string,
): NodeOperation[] => [
  stillCandidate(node),
  ...raiseBarrier(ZNODES.barrier, JSON.stringify({ round, epoch, openedAt }), {
    path: ZNODES.counter,
    version: counterVersion,
  }),
];

export const toFinish = (
  node: string,
  { round, counterVersion }: Extract<RoundStep, { kind: 'finish' }>,
): NodeOperation[] => [
  stillCandidate(node),
  ...liftBarrier(ZNODES.barrier, { path: ZNODES.counter, version: counterVersion }, round),
];
