/**
 * A whole run invented from a seed, for tests of reports: a steady rate of payments, a leader
 * killed sometimes, late and lost answers.
 */
import type {
  RecordedElection,
  FaultWindow,
  PaymentRow,
  RequestRecord,
} from '../../experiments/record/history.js';
import type { RunRecord, SystemRecord } from '../../experiments/record/run-record.js';
import { handoversSince } from '../../experiments/record/handovers.js';
import type { Trial, Violation } from '../../experiments/record/result.js';
import { storeLatencies, summarizeTrial } from '../../experiments/record/trial-summary.js';
import { seededRandom, type Random } from '../../shared/random.js';
import { electionRow, faultWindow, paymentRow, requestRecord } from './evidence.js';

/** 2026-11-21 12:00:00 UTC. */
const START_MS = 1_795_262_400_000;

export interface MadeUp {
  system?: string;
  requests?: number;
  faults?: number;
  seed?: number;
  /** Factor for every latency. */
  slower?: number;
  /** This many requests, evenly distributed, get no answer. */
  lost?: number;
  violations?: readonly Violation[];
  /** Appended to every text that comes from a run. */
  text?: string;
}

const GAP_MS = 10;
const DEADLINE_MS = 1_000;
const HANDOVER_MS = 90;

const faultsOf = (count: number, spanMs: number): FaultWindow[] =>
  Array.from({ length: count }, (_, index) => {
    const atMs = START_MS + ((index + 0.5) * spanMs) / count;
    const kind = index % 2 === 0 ? 'kill' : 'freeze';
    return faultWindow({
      kind,
      target: `server_${(index % 3) + 1}`,
      atMs,
      healedMs: atMs + spanMs / count / 4,
    });
  });

function electionsOf(faults: readonly FaultWindow[], text: string): RecordedElection[] {
  const first = electionRow({
    term: 1,
    leader: 'server_1',
    electedMs: START_MS - 1_000,
    firstCommitMs: START_MS + 5,
  });
  return [
    first,
    ...faults.map(({ atMs, kind }, index) =>
      electionRow({
        term: index + 2,
        leader: `server_${((index + 1) % 3) + 1}`,
        previousLeader: `server_${(index % 3) + 1}`,
        kind,
        reason: `connection closed ${text}`,
        suspectedMs: atMs + 5,
        electedMs: atMs + 9,
        promotedMs: atMs + 12,
        reclaimedMs: atMs + 20,
        firstCommitMs: atMs + HANDOVER_MS - 20 + (index % 7) * 9,
      }),
    ),
  ];
}

function requestAt(
  index: number,
  random: Random,
  asked: Required<MadeUp>,
  faults: readonly FaultWindow[],
): RequestRecord {
  const intendedMs = START_MS + index * GAP_MS;
  const during = faults.some(({ atMs }) => intendedMs >= atMs && intendedMs < atMs + HANDOVER_MS);
  const latencyMs = ((during ? 120 : 25) + random.next() * 30) * asked.slower;
  const isLost = asked.lost > 0 && index % Math.floor(asked.requests / asked.lost) === 7;
  const outcome = isLost
    ? { httpStatus: null, status: null, paymentId: null, term: null, error: 'ECONNRESET' }
    : {};
  return requestRecord({
    key: `request-${index}${asked.text}`,
    intendedMs,
    sentMs: intendedMs + 0.3,
    answeredMs: intendedMs + latencyMs,
    paymentId: `payment-${index}`,
    term: faults.filter(({ atMs }) => atMs < intendedMs).length + 1,
    instance: `http://127.0.0.1:4000${asked.text}`,
    ...outcome,
  });
}

const rowOf = (
  { key, intendedMs, answeredMs, term }: RequestRecord,
  index: number,
  text: string,
): PaymentRow =>
  paymentRow({
    id: `payment-${index}`,
    key,
    seq: index + 1,
    patientId: `patient-${index % 20}`,
    term: term ?? 1,
    acceptedMs: intendedMs + 3,
    completedMs: answeredMs - 2,
    lastError: text === '' ? null : text,
  });

function madeUpSystem(asked: Required<MadeUp>): { journal: SystemRecord; total: Trial } {
  const random = seededRandom(asked.seed, asked.system);
  const faults = faultsOf(asked.faults, asked.requests * GAP_MS);
  const elections = electionsOf(faults, asked.text);
  const requests = Array.from({ length: asked.requests }, (_, index) =>
    requestAt(index, random, asked, faults),
  );
  const payments = requests.map((request, index) => rowOf(request, index, asked.text));
  const charges = payments.map(({ id }) => ({ key: id, status: 'approved' as const }));
  const injections = faults.map(({ kind, target, atMs, healedMs }) => ({
    kind,
    target,
    atMs: atMs - START_MS,
    healedAtMs: (healedMs ?? atMs) - START_MS,
  }));
  const total = summarizeTrial({
    requests,
    payments: new Map(payments.map((row) => [row.id, row])),
    faults: injections,
    handovers: handoversSince(elections, faults, START_MS),
    deadlineMs: DEADLINE_MS,
  });
  const journal = {
    system: asked.system,
    what: `A made-up system. ${asked.text}`,
    startedMs: START_MS,
    endedMs: START_MS + asked.requests * GAP_MS,
    evidence: { requests, payments, charges, elections, faults },
    violations: asked.violations,
    findings: [],
    missing: [],
    histograms: storeLatencies(requests),
  };
  return { journal, total };
}

const DEFAULTS = {
  system: 'relevo',
  requests: 600,
  faults: 4,
  seed: 1,
  slower: 1,
  lost: 0,
  violations: [],
  text: '',
} as const;

/** A run of one system or several; the result has the violations of the first one. */
export function madeUpJournal(...asked: readonly MadeUp[]): RunRecord {
  const systems = (asked.length === 0 ? [{}] : asked).map((one) =>
    madeUpSystem({ ...DEFAULTS, ...one }),
  );
  const first = systems[0]?.journal as SystemRecord;
  const text = asked[0]?.text ?? '';
  const available = systems[0]?.total.availability ?? 0;
  return {
    result: {
      name: 'availability',
      seed: asked[0]?.seed ?? 1,
      commit: 'abcdef123456',
      startedAt: new Date(START_MS).toISOString(),
      durationMs: first.endedMs - first.startedMs,
      verdict: first.violations.length > 0 ? 'invalid' : 'valid',
      violations: [...first.violations],
      objectives: [
        {
          name: `availability within ${DEADLINE_MS} ms ${text}`,
          target: 1,
          actual: available,
          met: available === 1,
        },
      ],
      systems: systems.map(({ journal, total }) => ({
        system: journal.system,
        trials: [total],
        total,
      })),
    },
    command: `npm run experiment -- availability --seed 1${text}`,
    deadlineMs: DEADLINE_MS,
    machine: {
      cpu: `A processor${text}`,
      cores: 2,
      memoryGb: 8,
      os: 'Linux 6.1',
      versions: { node: '20.20.2', postgres: '18.4', redis: '7.4.1' },
    },
    plan: null,
    systems: systems.map(({ journal }) => journal),
  };
}
