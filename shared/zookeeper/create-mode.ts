/** How long a new node lives, and whether the ensemble numbers it. */
import zookeeper from 'node-zookeeper-client';

/** `ephemeral`: until the session ends. `sequential`: with a growing number of ten digits. */
export type CreateMode = 'persistent' | 'ephemeral' | 'ephemeral-sequential';

/** The values of the library. */
export const MODES: Record<CreateMode, number> = {
  'persistent': zookeeper.CreateMode.PERSISTENT,
  'ephemeral': zookeeper.CreateMode.EPHEMERAL,
  'ephemeral-sequential': zookeeper.CreateMode.EPHEMERAL_SEQUENTIAL,
};
