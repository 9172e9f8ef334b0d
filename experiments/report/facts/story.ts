/**
 * The story of one payment: everything that the client, the record, the gateway, the elections and the faults say about it, in the order
 * in which it happened. Pure.
 */
import type { ElectionRow, FaultWindow, PaymentRow, RequestRecord } from '../../history.js';
import { faultEndMs } from './lanes.js';

export interface StoryEvent {
  /** From the beginning of the story, ms; negative: before it. */
  atMs: number;
  /** Who says so. */
  by: 'client' | 'record' | 'election' | 'fault';
  what: string;
}

export interface StoryFacts {
  /** Null: a row that no request of ours led to. */
  request: RequestRecord | null;
  /** Null: nothing was saved. */
  row: PaymentRow | null;
  elections: readonly ElectionRow[];
  faults: readonly FaultWindow[];
}

/** Elections and faults told in one story, at the most: the latest ones. */
const MOST_AROUND = 8;

/** When it was due, or accepted when nobody of ours asked for it. Wall clock, ms. */
export const beginningMs = ({ request, row }: StoryFacts): number => request?.intendedMs ?? row?.acceptedMs ?? 0;

function endMs(facts: StoryFacts): number {
  const { request, row } = facts;
  return Math.max(beginningMs(facts), request?.answeredMs ?? -Infinity, row?.completedMs ?? row?.acceptedMs ?? -Infinity);
}

type Moment = [wallMs: number | null, by: StoryEvent['by'], what: string];

function answerText({ httpStatus, status, error, term }: RequestRecord): string {
  if (httpStatus === null) return `given up: ${error ?? 'no answer'}`;
  return [`answered HTTP ${httpStatus}`, status ?? '', term === null ? '' : `term ${term}`, error ?? ''].filter((word) => word !== '').join(', ');
}

function sentText({ instance, tries, earlierErrors }: RequestRecord): string {
  if (tries === 0) return 'never sent: too many were under way';
  return tries === 1 ? `sent to ${instance}` : `first sent; tried ${tries} times, before: ${earlierErrors.join(', ')}; last asked ${instance}`;
}

const clientMoments = (request: RequestRecord): Moment[] => [
  [request.intendedMs, 'client', 'due'],
  [request.sentMs, 'client', sentText(request)],
  [request.answeredMs, 'client', answerText(request)],
];

function recordMoments(row: PaymentRow): Moment[] {
  const under = row.term === null ? '' : ` under term ${row.term}`;
  const by = row.processedBy === null ? '' : ` by ${row.processedBy}`;
  return [
    [row.acceptedMs, 'record', `accepted by ${row.acceptedBy}, row ${row.seq}`],
    [row.completedMs, 'record', `${row.status}${by}${under}, attempt ${row.attempts}`],
  ];
}

const electionMoments = ({ term, leader, previousLeader, kind, reason, ...at }: ElectionRow): Moment[] => [
  [at.suspectedMs, 'election', `${previousLeader ?? 'nobody'} suspected (${kind}): ${reason}`],
  [at.electedMs, 'election', `${leader} elected for term ${term}`],
  [at.promotedMs, 'election', `${leader} promoted`],
  [at.reclaimedMs, 'election', `${leader} has reclaimed what was left`],
  [at.firstCommitMs, 'election', `first commit of term ${term}`],
];

const faultMoments = ({ kind, target, atMs, healedMs }: FaultWindow): Moment[] => [
  [atMs, 'fault', `${kind} of ${target}`],
  [healedMs, 'fault', `${target} healed of ${kind}`],
];

const electionEndMs = ({ electedMs, firstCommitMs }: ElectionRow): number => firstCommitMs ?? electedMs;

/** The elections that touched it, and the one that made the leader that committed it when that happened on its way. */
function electionsAround({ elections }: StoryFacts, fromMs: number, toMs: number): ElectionRow[] {
  return elections
    .filter((election) => (election.suspectedMs ?? election.electedMs) <= toMs && electionEndMs(election) >= fromMs)
    .slice(-MOST_AROUND);
}

/** The faults that were open at some time of it. */
export function faultsAround(facts: StoryFacts): FaultWindow[] {
  const [fromMs, toMs] = [beginningMs(facts), endMs(facts)];
  return facts.faults.filter((fault) => fault.atMs <= toMs && faultEndMs(fault, toMs) >= fromMs).slice(-MOST_AROUND);
}

const ORDER: readonly StoryEvent['by'][] = ['fault', 'election', 'client', 'record'];

/** What happened, in order; what happened at the same moment with the cause first. */
export function storyEvents(facts: StoryFacts): StoryEvent[] {
  const originMs = beginningMs(facts);
  const moments = [
    ...(facts.request ? clientMoments(facts.request) : []),
    ...(facts.row ? recordMoments(facts.row) : []),
    ...electionsAround(facts, originMs, endMs(facts)).flatMap(electionMoments),
    ...faultsAround(facts).flatMap(faultMoments),
  ];
  return moments
    .flatMap(([wallMs, by, what]) => (wallMs === null ? [] : [{ atMs: wallMs - originMs, by, what }]))
    .sort((a, b) => a.atMs - b.atMs || ORDER.indexOf(a.by) - ORDER.indexOf(b.by));
}
