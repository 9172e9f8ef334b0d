/** Connects the alerts of a monitor: evaluation, record, webhook. */
import { getKnownStatus, type StatusSources } from '../status/status.js';
import { isLowestMonitor } from '../cluster/lowest-monitor.js';
import type { Connections } from '../connections.js';
import type { AlertFacts } from '../core/alerts/rule.js';
import type { MonitorLoop } from '../loop.js';
import type { Observers } from '../status/observers.js';
import { AlertRecorder } from './alert-recorder.js';
import type { Alerts } from './alerts.js';
import { AlertStore } from './alert-store.js';
import { AlertWatch } from './alert-watch.js';
import { gatherFacts } from './gather-facts.js';
import { Webhook } from './webhook.js';

/** Time over which the growth of the backlog is measured: ten seconds. */
const GROWTH_MINUTES = 1 / 6;

export interface AlertSources {
  loop: MonitorLoop;
  observers: Observers;
  sources: StatusSources;
}

export interface RunningAlerts extends Alerts {
  watch: AlertWatch;
  start(this: void): void;
  stop(this: void): Promise<void>;
}

const readFacts = ({ loop, observers, sources }: AlertSources): AlertFacts =>
  gatherFacts({
    status: getKnownStatus(sources, observers.sampler.queue),
    state: loop.state,
    samples: observers.sampler.since(GROWTH_MINUTES),
    elections: observers.elections,
    nowMs: sources.clock.wall().getTime(),
  });

function createWebhook({ config, clock, logger }: Connections, store: AlertStore): Webhook | null {
  const { alertWebhookUrl: url, alertWebhookSecret: secret } = config;
  if (url === '') return null;
  return new Webhook({ url, secret, clock, logger, onTold: (notice) => store.markTold(notice) });
}

export function createAlerts(connections: Connections, sources: AlertSources): RunningAlerts {
  const { config, clock, logger, alertPool } = connections;
  const store = new AlertStore(alertPool, config.id);
  const watch = new AlertWatch({ clock, facts: () => readFacts(sources) });
  const recorder = new AlertRecorder({
    watch,
    store,
    webhook: createWebhook(connections, store),
    monitor: config.id,
    isRecorder: () => isLowestMonitor(connections),
    logger,
  });
  return {
    watch,
    recorder,
    store,
    start: () => {
      watch.start();
      recorder.start();
    },
    stop: () => {
      watch.stop();
      return recorder.stop();
    },
  };
}
