/**
 * The story of one payment: all events about it of the client, PostgreSQL, the gateway, the
 * elections and the faults, in order of time. Pure.
 */
import type {
  RecordedElection,
  FaultWindow,
  PaymentRow,
  RequestRecord,
} from '../../record/history.js';
import { faultEndMs } from './lanes.js';

export interface StoryEvent {
  /** Relative to the beginning of the story, ms; negative: before it. */
  atMs: number;
  /** The source of the event. */
  by: 'client' | 'record' | 'election' | 'fault';
  what: string;
}

export interface RequestFacts {
  /** Null: a row to which no request of the run led. */
  request: RequestRecord | null;
  /** Null: no row was saved. */
  row: PaymentRow | null;
  elections: readonly RecordedElection[];
  faults: readonly FaultWindow[];
}

/** Largest number of elections and of faults in one story: the latest ones. */
const MOST_AROUND = 8;

/**
 * The due time, or the time of acceptance when no request of the run led to the row. Wall clock,
 * ms.
 */
const beginningMs = ({ request, row }: RequestFacts): number =>
  request?.intendedMs ?? row?.acceptedMs ?? 0;

function endMs(facts: RequestFacts): number {
  const { request, row } = facts;
  return Math.max(
    beginningMs(facts),
    request?.answeredMs ?? -Infinity,
    row?.completedMs ?? row?.acceptedMs ?? -Infinity,
  );
}

type StoryMoment = [wallMs: number | null, by: StoryEvent['by'], what: string];

function formatAnswer({ httpStatus, status, error, term }: RequestRecord): string {
  if (httpStatus === null) return `gave up: ${error ?? 'no answer'}`;
  return [
    `answered HTTP ${httpStatus}`,
    status ?? '',
    term === null ? '' : `term ${term}`,
    error ?? '',
  ]
    .filter((word) => word !== '')
    .join(', ');
}

function formatSent({ instance, tries, earlierErrors }: RequestRecord): string {
  if (tries === 0) return 'never sent: too many requests were in flight';
  return tries === 1
    ? `sent to ${instance}`
    : `first sent; ${tries} attempts, errors: ${earlierErrors.join(', ')}; last sent to ${instance}`;
}

const clientMoments = (request: RequestRecord): StoryMoment[] => [
  [request.intendedMs, 'client', 'due'],
  [request.sentMs, 'client', formatSent(request)],
  [request.answeredMs, 'client', formatAnswer(request)],
];

function recordMoments(row: PaymentRow): StoryMoment[] {
  const under = row.term === null ? '' : ` under term ${row.term}`;
  const by = row.processedBy === null ? '' : ` by ${row.processedBy}`;
  return [
    [row.acceptedMs, 'record', `accepted by ${row.acceptedBy}, row ${row.seq}`],
    [row.completedMs, 'record', `${row.status}${by}${under}, attempt ${row.attempts}`],
  ];
}

const electionMoments = ({
  term,
  leader,
  previousLeader,
  kind,
  reason,
  ...at
}: RecordedElection): StoryMoment[] => [
  [at.suspectedMs, 'election', `${previousLeader ?? 'no leader'} suspected (${kind}): ${reason}`],
  [at.electedMs, 'election', `${leader} elected for term ${term}`],
  [at.promotedMs, 'election', `${leader} promoted`],
  [at.reclaimedMs, 'election', `${leader} has reclaimed the parcels of its predecessor`],
  [at.firstCommitMs, 'election', `first commit of term ${term}`],
];

const faultMoments = ({ kind, target, atMs, healedMs }: FaultWindow): StoryMoment[] => [
  [atMs, 'fault', `${kind} of ${target}`],
  [healedMs, 'fault', `${kind} of ${target} healed`],
];

const electionEndMs = ({ electedMs, firstCommitMs }: RecordedElection): number =>
  firstCommitMs ?? electedMs;

/** The elections that overlap the payment's lifetime. */
function electionsAround(
  { elections }: RequestFacts,
  fromMs: number,
  toMs: number,
): RecordedElection[] {
  return elections
    .filter(
      (election) =>
        (election.suspectedMs ?? election.electedMs) <= toMs && electionEndMs(election) >= fromMs,
    )
    .slice(-MOST_AROUND);
}

/** The faults that were open during the payment's lifetime. */
function faultsAround(facts: RequestFacts): FaultWindow[] {
  const [fromMs, toMs] = [beginningMs(facts), endMs(facts)];
  return facts.faults
    .filter((fault) => fault.atMs <= toMs && faultEndMs(fault, toMs) >= fromMs)
    .slice(-MOST_AROUND);
}

const ORDER: readonly StoryEvent['by'][] = ['fault', 'election', 'client', 'record'];

/** The events in order; for events at the same time, the cause first. */
export function storyEvents(facts: RequestFacts): StoryEvent[] {
  const originMs = beginningMs(facts);
  const moments = [
    ...(facts.request ? clientMoments(facts.request) : []),
    ...(facts.row ? recordMoments(facts.row) : []),
    ...electionsAround(facts, originMs, endMs(facts)).flatMap(electionMoments),
    ...faultsAround(facts).flatMap(faultMoments),
  ];
  return moments
    .flatMap(([wallMs, by, what]) =>
      wallMs === null ? [] : [{ atMs: wallMs - originMs, by, what }],
    )
    .sort((a, b) => a.atMs - b.atMs || ORDER.indexOf(a.by) - ORDER.indexOf(b.by));
}
