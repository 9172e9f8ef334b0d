/** Hand-overs by kind of failure: the duration of each, in total and per step. Pure. */
import type { Handover } from '../../record/result.js';

/** The steps in their order, with their names in a report. */
export const HANDOVER_STEPS = [
  ['detectMs', 'detect'],
  ['voteMs', 'vote'],
  ['promoteMs', 'promote'],
  ['reclaimMs', 'reclaim'],
  ['firstCommitMs', 'first commit'],
] as const satisfies readonly (readonly [keyof Handover, string])[];

export type HandoverStep = (typeof HANDOVER_STEPS)[number][0] | 'totalMs';

export interface HandoverSamples {
  kind: string;
  count: number;
  /** In ms, ascending; empty where this kind has no such step. */
  samples: Readonly<Record<HandoverStep, readonly number[]>>;
}

const ascending = (values: number[]): number[] => values.sort((a, b) => a - b);

function samplesOf(handovers: readonly Handover[]): Record<HandoverStep, number[]> {
  const of = (step: HandoverStep): number[] =>
    ascending(handovers.flatMap((handover) => handover[step] ?? []));
  return {
    detectMs: of('detectMs'),
    voteMs: of('voteMs'),
    promoteMs: of('promoteMs'),
    reclaimMs: of('reclaimMs'),
    firstCommitMs: of('firstCommitMs'),
    totalMs: of('totalMs'),
  };
}

/** In the order in which the kinds first occur. */
export function byKind(handovers: readonly Handover[]): HandoverSamples[] {
  const kinds = [...new Set(handovers.map(({ kind }) => kind))];
  return kinds.map((kind) => {
    const own = handovers.filter((handover) => handover.kind === kind);
    return { kind, count: own.length, samples: samplesOf(own) };
  });
}
