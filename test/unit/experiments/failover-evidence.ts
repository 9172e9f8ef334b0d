/** Requests, elections and a hand-over, for the tests of the figures of a failover. */
import type { ForcedHandover } from '../../../experiments/failover/rounds.js';
import type {
  RecordedElection,
  RunEvidence,
  RequestRecord,
} from '../../../experiments/record/history.js';
import { electionRow, emptyEvidence, requestRecord } from '../../support/evidence.js';

export const GATEWAY_MS = 20;

const OWN_MS = 10;

const SKEW_MS = 5_000;

export const paid = (due: number, wait: number, term: number): RequestRecord =>
  requestRecord({
    key: `k${due}`,
    paymentId: `p${due}`,
    intendedMs: due,
    sentMs: due,
    answeredMs: due + wait,
    term,
  });

/**
 * Calm from 0 to 1,000: a payment every 10 ms that takes 30. The fault at 1,000; from 1,060 on term
 * 2 commits; steady again at 1,200.
 */
export const calm = Array.from({ length: 97 }, (_, index) =>
  paid(index * 10, GATEWAY_MS + OWN_MS, 1),
);

export const during = [
  paid(970, 90, 2),
  paid(980, 80, 2),
  paid(990, 71, 2),
  paid(1_000, 65, 2),
  paid(1_100, 30, 2),
];

export const handover = (rest: Partial<ForcedHandover> = {}): ForcedHandover => ({
  kind: 'kill',
  leader: 'server_1',
  term: 1,
  calmFromMs: 0,
  atMs: 1_000,
  seenMs: 1_060,
  seenTerm: 2,
  seenPaymentId: 'p970',
  settledMs: 1_200,
  skewMs: SKEW_MS,
  ...rest,
});

/** The history's clock is ahead of the client's. */
export const election = (rest: Partial<RecordedElection> = {}): RecordedElection =>
  electionRow({
    term: 2,
    leader: 'server_2',
    kind: 'kill',
    suspectedMs: 6_004,
    electedMs: 6_007,
    promotedMs: 6_012,
    reclaimedMs: 6_018,
    firstCommitMs: 6_045,
    ...rest,
  });

export const evidence = (rest: Partial<RunEvidence> = {}): RunEvidence =>
  emptyEvidence({
    requests: [...calm, ...during],
    elections: [electionRow(), election()],
    charges: [{ key: 'p970', status: 'approved', at: new Date(6_030).toISOString() }],
    ...rest,
  });
