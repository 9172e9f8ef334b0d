/**
 * Complete rows of a lab's evidence for unit tests; a test sets only the fields that matter to it.
 */
import type {
  RecordedElection,
  RunEvidence,
  FaultWindow,
  PaymentRow,
  RequestRecord,
} from '../../experiments/record/history.js';

export const requestRecord = (rest: Partial<RequestRecord> = {}): RequestRecord => ({
  trial: 1,
  key: 'k1',
  intendedMs: 0,
  sentMs: 0,
  answeredMs: 10,
  httpStatus: 201,
  status: 'SUCCEEDED',
  paymentId: 'p1',
  term: 1,
  error: null,
  instance: 'http://127.0.0.1:4000',
  tries: 1,
  earlierErrors: [],
  ...rest,
});

export const paymentRow = (rest: Partial<PaymentRow> = {}): PaymentRow => ({
  id: 'p1',
  key: 'k1',
  seq: 1,
  patientId: 'a',
  status: 'SUCCEEDED',
  term: 1,
  processedBy: 'server_1',
  acceptedMs: 1,
  completedMs: 5,
  attempts: 1,
  parcel: '1',
  acceptedBy: 'patients',
  reason: null,
  lastError: null,
  ...rest,
});

export const electionRow = (rest: Partial<RecordedElection> = {}): RecordedElection => ({
  term: 1,
  leader: 'server_1',
  previousLeader: null,
  kind: 'first',
  reason: 'r',
  monitor: 'monitor',
  votes: 1,
  suspectedMs: null,
  electedMs: 0,
  promotedMs: 1,
  reclaimedMs: 2,
  firstCommitMs: 5,
  ...rest,
});

export const faultWindow = (rest: Partial<FaultWindow> = {}): FaultWindow => ({
  trial: 1,
  kind: 'kill',
  target: 'server_1',
  atMs: 0,
  healedMs: 1_000,
  ...rest,
});

/** Evidence without any event. */
export const emptyEvidence = (rest: Partial<RunEvidence> = {}): RunEvidence => ({
  requests: [],
  payments: [],
  charges: [],
  elections: [],
  faults: [],
  ...rest,
});

/** Payments `from` … `from + count - 1`, all correct. */
export function segmentOf(from: number, count: number): RunEvidence {
  const numbers = Array.from({ length: count }, (_, index) => from + index);
  const id = (number: number): string =>
    `01939c0e-6b7a-7c3e-9f52-${String(number).padStart(12, '0')}`;
  return {
    requests: numbers.map((number) =>
      requestRecord({
        key: `key-${number}`,
        paymentId: id(number),
        intendedMs: number,
        answeredMs: number + 50,
      }),
    ),
    payments: numbers.map((number) =>
      paymentRow({
        id: id(number),
        key: `key-${number}`,
        seq: number,
        patientId: `patient-${number % 50}`,
        acceptedMs: number,
        completedMs: number + 40,
      }),
    ),
    charges: numbers.map((number) => ({ key: id(number), status: 'approved' as const })),
    elections: [electionRow({ electedMs: 0 })],
    faults: [faultWindow({ atMs: from })],
  };
}
