/** What a monitor measures. Detection is measured by layer, because the layers notice different failures. */
import { counter, gauge, histogram } from '../shared/metrics.js';
import type { EventMap, EventName } from './core/events.js';
import type { State } from './core/types.js';

const handovers = counter('relevo_handovers_total', 'Elections and moves carried out by this monitor, by kind.', ['kind']);
const suspicions = counter('relevo_suspicions_total', 'Suspicions by layer.', ['layer']);
const detectionSeconds = histogram('relevo_detection_seconds', 'From the first sign of trouble to the suspicion, by layer.', ['layer']);
const voteSeconds = histogram('relevo_vote_seconds', 'From the beginning of a vote or hand-over to the election.');
const promotionSeconds = histogram('relevo_promotion_seconds', 'From the election until the new leader says that it leads.');
const failoverSeconds = histogram('relevo_failover_seconds', 'From the beginning of a vote or hand-over until the new leader leads.', ['kind']);
const pingSeconds = histogram('relevo_ping_seconds', 'Duration of answered pings.', ['replica']);
const pingFailures = counter('relevo_ping_failures_total', 'Pings without an answer, by cause.', ['replica', 'cause']);
const clockJumps = counter('relevo_clock_jumps_total', 'Pauses and clock jumps that made this monitor doubt itself.');
const leaderInfo = gauge('relevo_leader_info', '1 for the replica that leads, as this monitor knows it.', ['replica']);
const termGauge = gauge('relevo_term', 'The present term, as this monitor knows it.');
const latenessSeconds = gauge('relevo_monitor_lateness_seconds', 'How late the last tick of the monitor was.');

const MEASURES: { readonly [K in EventName]?: (data: EventMap[K]) => void } = {
  'replica:answered': ({ replica, pingMs }) => pingSeconds.observe({ replica }, pingMs / 1_000),
  'replica:unanswered': ({ replica, cause }) => pingFailures.inc({ replica, cause }),
  'replica:suspected': ({ layer, detectMs }) => {
    suspicions.inc({ layer });
    detectionSeconds.observe({ layer }, detectMs / 1_000);
  },
  'election:won': ({ mine, kind, voteMs }) => {
    if (mine) handovers.inc({ kind: kind ?? 'unknown' });
    if (voteMs !== null) voteSeconds.observe(voteMs / 1_000);
  },
  'failover:completed': ({ kind, promoteMs, totalMs }) => {
    promotionSeconds.observe(promoteMs / 1_000);
    if (totalMs !== null) failoverSeconds.observe({ kind: kind ?? 'elsewhere' }, totalMs / 1_000);
  },
  'clock:jumped': () => clockJumps.inc(),
};

/** Counts an event. */
export function measure<K extends EventName>(name: K, data: EventMap[K]): void {
  MEASURES[name]?.(data);
}

/** What is a state, not an event. */
export function measureState(state: State): void {
  latenessSeconds.set(state.doubt.latenessMs / 1_000);
  termGauge.set(state.leadership?.term ?? 0);
  for (const replica of state.settings.replicas) leaderInfo.set({ replica }, state.leadership?.leader === replica ? 1 : 0);
}
