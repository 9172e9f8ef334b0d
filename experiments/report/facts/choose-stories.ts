/**
 * Chooses the payments that the page describes in full: those that a rule names, those that were
 * lost or late, and the slowest of the others, up to a limit, the worst first. Pure; one pass over
 * the requests.
 */
import type { PaymentRow, RequestRecord } from '../../record/history.js';
import type { Violation } from '../../record/result.js';
import type { SystemRecord } from '../../record/run-record.js';
import { getAnsweredRow, FATES, fateOf, getLatency, rowOf, type Fate, type Rows } from './fate.js';

export interface Story {
  /** The anchor in the page. */
  anchor: string;
  /** The request's key; the payment's id when no request of the run led to it. */
  name: string;
  /** Null: no request of the run led to the payment, so only the rules apply. */
  fate: Fate | null;
  /** The rules that name the payment. */
  rules: readonly string[];
  request: RequestRecord | null;
  row: PaymentRow | null;
}

export interface Stories {
  told: readonly Story[];
  /** Number of payments that were lost, late or named by a rule, but exceed the limit. */
  untold: number;
  /** The anchor for the id of a request, of a payment, or another id that a rule names. */
  anchorOf: ReadonlyMap<string, string>;
}

/** Largest number of stories per system: about 2 kB of page each. */
export const MOST_STORIES = 120;
/** The number of slow payments in time that are described as well. */
const SLOWEST = 5;

type Candidate = Omit<Story, 'anchor'>;

/** The rules that name an id. */
function rulesById(violations: readonly Violation[]): Map<string, string[]> {
  const rules = new Map<string, string[]>();
  for (const { rule, ids } of violations)
    for (const id of ids) rules.set(id, [...(rules.get(id) ?? []), rule]);
  return rules;
}

/** The `SLOWEST` slowest so far, the slowest first; kept short, so that one pass is enough. */
function keepSlowest(
  slowest: Candidate[],
  candidate: Candidate & { request: RequestRecord },
): void {
  const latency = (one: Candidate | undefined): number =>
    one?.request ? getLatency(one.request) : -Infinity;
  if (slowest.length === SLOWEST && getLatency(candidate.request) <= latency(slowest.at(-1)))
    return;
  slowest.push(candidate);
  slowest.sort((a, b) => latency(b) - latency(a));
  slowest.length = Math.min(slowest.length, SLOWEST);
}

const severity = ({ rules, fate }: Candidate): number =>
  rules.length > 0 ? FATES.length : fate === null ? 0 : FATES.indexOf(fate);
const slowness = ({ request }: Candidate): number => (request ? getLatency(request) : 0);

/** Rows that a rule names and to which no request of the run led. */
function orphans(
  rules: ReadonlyMap<string, string[]>,
  { byId, byKey }: Rows,
  told: ReadonlySet<string>,
): Candidate[] {
  return [...rules].flatMap(([id, names]): Candidate[] => {
    const row = byId.get(id) ?? byKey.get(id);
    return row && !told.has(row.id) && !told.has(row.key)
      ? [{ name: row.id, fate: null, rules: names, request: null, row }]
      : [];
  });
}

function gather(
  requests: Iterable<RequestRecord>,
  rules: ReadonlyMap<string, string[]>,
  rows: Rows,
  deadlineMs: number,
): Candidate[] {
  const chosen: Candidate[] = [];
  const slowest: Candidate[] = [];
  const told = new Set<string>();
  for (const request of requests) {
    const fate = fateOf(request, getAnsweredRow(request, rows), deadlineMs);
    const row = rowOf(request, rows) ?? null;
    const named = [request.key, request.paymentId, row?.id].flatMap((id) =>
      id ? (rules.get(id) ?? []) : [],
    );
    const candidate = { name: request.key, fate, rules: [...new Set(named)], request, row };
    if (fate === 'in time' && named.length === 0) keepSlowest(slowest, candidate);
    else chosen.push(candidate);
    if (named.length > 0)
      [request.key, request.paymentId, row?.id].forEach((id) => id && told.add(id));
  }
  return [...chosen, ...orphans(rules, rows, told), ...slowest];
}

/** @param prefix of the anchors: one per system. */
export function chooseStories(
  system: SystemRecord,
  rows: Rows,
  deadlineMs: number,
  prefix: string,
): Stories {
  const candidates = gather(
    system.evidence.requests,
    rulesById(system.violations),
    rows,
    deadlineMs,
  );
  candidates.sort((a, b) => severity(b) - severity(a) || slowness(b) - slowness(a));
  const told = candidates
    .slice(0, MOST_STORIES)
    .map((candidate, index): Story => ({ anchor: `${prefix}-${index + 1}`, ...candidate }));
  const untold = candidates
    .slice(MOST_STORIES)
    .filter(({ fate, rules }) => fate !== 'in time' || rules.length > 0).length;
  const names = told.flatMap(({ anchor, name, request, row }) =>
    [name, request?.key, request?.paymentId, row?.id].flatMap((id) =>
      id ? [[id, anchor] as const] : [],
    ),
  );
  return { told, untold, anchorOf: new Map(names) };
}
