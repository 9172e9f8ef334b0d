/** The events of one flow in order: its steps, and what the experiment did meanwhile. Pure. */
import { duration } from '../../../shared/format.js';
import type { FlowStep } from '../../balancer/flow-steps.js';
import type { FaultEvent, FlowRecord } from '../../sessions/figures.js';

export interface FlowEvent {
  /** Relative to the start of the flow, ms. */
  atMs: number;
  by: 'client' | 'fault';
  what: string;
}

const describeStep = ({ name, instance, status, durationMs, error }: FlowStep): string =>
  [
    name,
    instance === null ? 'no instance' : `at ${instance}`,
    error ?? `HTTP ${status}`,
    duration(Math.round(durationMs)),
  ].join(' · ');

export function flowEvents(
  { startMs, steps }: Pick<FlowRecord, 'startMs' | 'steps'>,
  faults: readonly FaultEvent[],
): FlowEvent[] {
  const last = steps.at(-1);
  const endMs = last ? last.startMs + last.durationMs : startMs;
  const meanwhile = faults.filter(({ atMs }) => startMs <= atMs && atMs <= endMs);
  return [
    ...meanwhile.map(({ atMs, what }) => ({ atMs: atMs - startMs, by: 'fault' as const, what })),
    ...steps.map((step) => ({
      atMs: step.startMs - startMs,
      by: 'client' as const,
      what: describeStep(step),
    })),
  ].toSorted((one, other) => one.atMs - other.atMs);
}
