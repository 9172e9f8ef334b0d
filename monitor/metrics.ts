/**
 * The metrics of a monitor. Detection is measured by layer, because the layers detect different
 * failures.
 */
import {
  counter,
  gauge,
  handoverSteps,
  histogram,
  measureDependencies,
} from '../shared/observability/metrics.js';
import type { EventMap, EventName } from './core/events.js';
import { ELECTION_KINDS } from './core/kinds.js';
import { PHASES } from '../shared/contracts/status.js';
import type { State } from './core/types.js';

const elections = counter(
  'relevo_elections_total',
  'Elections and moves that this monitor carried out, by kind.',
  ['kind'],
  ELECTION_KINDS.map((kind) => ({ kind })),
);
const LAYERS = [{ layer: 'connection' }, { layer: 'heartbeat' }, { layer: 'ping' }];
const suspicions = counter(
  'relevo_suspicions_total',
  'Suspicions by the layer that detected the failure.',
  ['layer'],
  LAYERS,
);
const detectionSeconds = histogram(
  'relevo_detection_duration_seconds',
  'From the first sign of trouble to the suspicion, by layer.',
  ['layer'],
);
const stepSeconds = handoverSteps();
const handoverSeconds = histogram(
  'relevo_handover_duration_seconds',
  'From the beginning of a vote or hand-over until the new leader leads; elsewhere: another monitor carried it out.',
  ['kind'],
);
const pingSeconds = histogram('relevo_ping_duration_seconds', 'Duration of answered pings.', [
  'replica',
]);
const pingFailures = counter('relevo_ping_failures_total', 'Pings without an answer, by cause.', [
  'replica',
  'cause',
]);
const clockJumps = counter(
  'relevo_clock_jumps_total',
  'Pauses and clock jumps that made this monitor doubt itself.',
);
const leader = gauge(
  'relevo_leader',
  '1 for the replica that leads, as this monitor knows it, 0 for the others.',
  ['replica'],
);
const term = gauge('relevo_term', 'The present term, as this process knows it.');
const phase = gauge(
  'relevo_monitor_phase',
  '1 for the phase the monitor is in, 0 for the others.',
  ['phase'],
);
const alive = gauge('relevo_replica_alive', '1 while this monitor holds the replica to be alive.', [
  'replica',
]);
const inService = gauge(
  'relevo_replica_in_service',
  '1 while operators let the replica lead: its state is ready, not drain or maint.',
  ['replica'],
);
const latenessSeconds = gauge(
  'relevo_monitor_lateness_seconds',
  'How late the last tick of the monitor was.',
);
const monitors = gauge('relevo_monitors', 'Monitors: configured; reached, this one included.', [
  'state',
]);
const readers = gauge('relevo_event_readers', 'Readers of the event stream.');

const MEASURES: { readonly [K in EventName]?: (data: EventMap[K]) => void } = {
  'replica:answered': ({ replica, pingMs }) => pingSeconds.observe({ replica }, pingMs / 1_000),
  'replica:unanswered': ({ replica, cause }) => pingFailures.inc({ replica, cause }),
  'replica:suspected': ({ layer, detectMs }) => {
    suspicions.inc({ layer });
    detectionSeconds.observe({ layer }, detectMs / 1_000);
  },
  'election:won': ({ mine, kind, voteMs }) => {
    if (mine && kind) elections.inc({ kind });
    if (voteMs !== null) stepSeconds.observe({ step: 'vote' }, voteMs / 1_000);
  },
  'failover:completed': ({ kind, promoteMs, totalMs }) => {
    stepSeconds.observe({ step: 'promote' }, promoteMs / 1_000);
    if (totalMs !== null) handoverSeconds.observe({ kind: kind ?? 'elsewhere' }, totalMs / 1_000);
  },
  'clock:jumped': () => clockJumps.inc(),
};

/** Counts an event. */
export function measure<K extends EventName>(name: K, data: EventMap[K]): void {
  MEASURES[name]?.(data);
}

/** The surroundings of a monitor: other monitors and readers. */
export interface MetricsSurroundings {
  /** Monitors that answered the last poll, including this one. */
  monitorsReached: number;
  eventReaders: number;
}

/** Updates the gauges of the state. Called after every tick. */
export function measureState(
  state: State,
  { monitorsReached, eventReaders }: MetricsSurroundings,
): void {
  const { settings, leadership, replicas, admin, health, databaseUp } = state;
  latenessSeconds.set(health.latenessMs / 1_000);
  term.set(leadership?.term ?? 0);
  for (const name of PHASES) phase.set({ phase: name }, state.phase.name === name ? 1 : 0);
  for (const replica of settings.replicas) {
    leader.set({ replica }, leadership?.leader === replica ? 1 : 0);
    alive.set({ replica }, replicas[replica]?.opinion === 'alive' ? 1 : 0);
    inService.set({ replica }, (admin[replica] ?? 'ready') === 'ready' ? 1 : 0);
  }
  measureDependencies({ postgres: databaseUp === true });
  monitors.set({ state: 'configured' }, settings.monitors.length);
  monitors.set({ state: 'reached' }, monitorsReached);
  readers.set(eventReaders);
}
