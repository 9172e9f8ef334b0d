/**
 * Leaders and faults as lanes over time: one lane per part, with its terms and its faults; and the
 * periods with at least one open fault. Pure.
 */
import type { RecordedElection, FaultWindow } from '../../record/history.js';

/** A period of wall clock time, ms since 1970. */
export interface TimeSpan {
  fromMs: number;
  toMs: number;
}

interface Reign extends TimeSpan {
  term: number;
  leader: string;
}

export interface PartLane {
  part: string;
  reigns: readonly Reign[];
  faults: readonly FaultWindow[];
}

/**
 * A planned hand-over breaks nothing and has no duration. Any other fault that was never healed
 * lasts until the end.
 */
export const faultEndMs = ({ kind, atMs, healedMs }: FaultWindow, endMs: number): number =>
  healedMs ?? (kind === 'planned' ? atMs : Math.max(atMs, endMs));

/** Each term from its election to the next one. */
function reignsOf(elections: readonly RecordedElection[], endMs: number): Reign[] {
  const ordered = [...elections].sort((a, b) => a.term - b.term);
  return ordered.map(({ term, leader, electedMs }, index) => ({
    term,
    leader,
    fromMs: electedMs,
    toMs: Math.max(electedMs, ordered[index + 1]?.electedMs ?? endMs),
  }));
}

/** Merges overlapping and adjacent periods, in order. */
export function union(spans: readonly TimeSpan[]): TimeSpan[] {
  const merged: TimeSpan[] = [];
  for (const { fromMs, toMs } of [...spans].sort((a, b) => a.fromMs - b.fromMs)) {
    const last = merged.at(-1);
    if (last && fromMs <= last.toMs) last.toMs = Math.max(last.toMs, toMs);
    else merged.push({ fromMs, toMs });
  }
  return merged;
}

function groupBy<T>(values: readonly T[], keyOf: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const group = groups.get(keyOf(value));
    if (group) group.push(value);
    else groups.set(keyOf(value), [value]);
  }
  return groups;
}

/**
 * Leaders first, then all other targets of faults, each by name. The lanes beyond `most` share the
 * last one.
 */
export function lanesOf(
  elections: readonly RecordedElection[],
  faults: readonly FaultWindow[],
  endMs: number,
  most: number,
): PartLane[] {
  const reigns = groupBy(reignsOf(elections, endMs), ({ leader }) => leader);
  const faultsByPart = groupBy(faults, ({ target }) => target);
  const others = [...faultsByPart.keys()].filter((part) => !reigns.has(part)).sort();
  const lanes = [...[...reigns.keys()].sort(), ...others].map((part): PartLane => ({
    part,
    reigns: reigns.get(part) ?? [],
    faults: faultsByPart.get(part) ?? [],
  }));
  if (lanes.length <= most) return lanes;
  const rest = lanes.slice(most - 1);
  const shared: PartLane = {
    part: `${rest.length} more`,
    reigns: rest.flatMap((lane) => lane.reigns),
    faults: rest.flatMap((lane) => lane.faults),
  };
  return [...lanes.slice(0, most - 1), shared];
}
