/** Changes what the monitor knows about one replica, and emits the events that follow from it. */
import type { ReplicaReport } from '../../shared/contracts/leadership.js';
import { applyReport } from './adopt-leadership.js';
import { emit, type Effect, type Reaction } from './effects.js';
import { getTroubleStart } from './failure-detector.js';
import type { Detector, State } from './types.js';

/** The events that a change of opinion emits. */
function toOpinionEvents(id: string, before: Detector, after: Detector, now: number): Effect[] {
  const restarted =
    before.report !== null && after.report !== null && before.report.bootId !== after.report.bootId;
  if (after.opinion === 'suspect' && before.opinion !== 'suspect' && after.layer) {
    const detectMs = now - getTroubleStart(before, after.layer, now);
    return [
      emit({ name: 'replica:suspected', data: { replica: id, layer: after.layer, detectMs } }),
    ];
  }
  if (after.opinion === 'alive' && (before.opinion !== 'alive' || restarted)) {
    return [emit({ name: 'replica:recovered', data: { replica: id, restarted } })];
  }
  return after.opinion === 'left' && before.opinion !== 'left'
    ? [emit({ name: 'replica:left', data: { replica: id } })]
    : [];
}

/**
 * Applies a detector function to one replica, then the rest of the report: role, trouble and term.
 */
export function updateReplica(
  state: State,
  id: string,
  change: (detector: Detector) => Detector,
  now: number,
  report?: ReplicaReport,
): Reaction {
  const before = state.replicas[id];
  if (!before) return { state, effects: [] };
  const after = change(before);
  if (after === before) return { state, effects: [] };
  const changed = { ...state, replicas: { ...state.replicas, [id]: after } };
  const effects = toOpinionEvents(id, before, after, now);
  if (!report || after.report !== report) return { state: changed, effects };
  const reported = applyReport(changed, report, before.report, now);
  return { state: reported.state, effects: [...effects, ...reported.effects] };
}
