/**
 * Ends the maintenance windows: returns members to ready at their time, also members that are down.
 * A monitor that cannot reach PostgreSQL then, or does not run, does it as soon as it can.
 */
import type { Logger } from '../../shared/observability/logger.js';
import { decideWindows } from '../core/maintenance-window.js';
import { DuePoller } from './due-poller.js';
import type { WindowStore } from './window-store.js';

interface WindowRunnerOptions {
  store: Pick<WindowStore, 'read' | 'end'>;
  /** Called after a window ended, also when another monitor ended it. */
  onEnded: () => Promise<void>;
  logger: Logger;
}

export const createWindowRunner = ({ store, onEnded, logger }: WindowRunnerOptions): DuePoller =>
  new DuePoller({
    poll: async () => {
      const { ended, nextInMs } = decideWindows(await store.read());
      for (const window of ended)
        if (await store.end(window)) logger.info(window, 'the maintenance window ended');
      if (ended.length > 0) await onEnded();
      return nextInMs;
    },
    subject: 'the maintenance windows',
    logger,
  });
