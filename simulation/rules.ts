/**
 * Everything that a mutant may replace. The standard is production code where production code
 * decides, and the guards of the SQL where the database decides. The models call these rules, so a
 * planted bug is one changed entry (mutants.ts) without a switch in the code.
 */
import type { Leadership, AdminState } from '../shared/contracts/leadership.js';
import { judgeOperation } from '../shared/core/operation-rules.js';
import type { PaymentKind } from '../shared/contracts/payment.js';
import type { FencingToken } from '../shared/postgres/ledger.js';
import { step } from '../monitor/core/failover.js';
import { getMajority } from '../monitor/core/quorum.js';
import { afterReply } from '../payments/core/attempt.js';
import { selectEarly } from '../payments/core/early.js';
import { oldestLast } from '../payments/core/oldest-last.js';
import { ParcelPipeline } from '../payments/core/parcel-pipeline.js';
import type { PipelineOptions } from '../payments/core/work-effects.js';
import { stalledMs } from '../payments/core/progress.js';
import { RelayMachine, type RelayRules } from '../payments/core/relay.js';
import { stepRole } from '../payments/core/role.js';
import type { SimulatedRow, Vote } from './model/records.js';

export interface Rules {
  /** The production cores. */
  stepMonitor: typeof step;
  stepRole: typeof stepRole;
  afterReply: typeof afterReply;
  oldestLast: typeof oldestLast;
  selectEarly: typeof selectEarly;
  newLine(options: PipelineOptions): ParcelPipeline;
  newRelay(rules: RelayRules): RelayMachine;
  stalledMs: typeof stalledMs;
  /** Guards of the statements. */
  fence(row: Leadership, token: FencingToken): boolean;
  fenceOfDeferral(row: Leadership, token: FencingToken): boolean;
  mayGetStatus(row: SimulatedRow): boolean;
  keysAreUnique: boolean;
  /** Decides captures, voids and refunds at acceptance, like operation_refusal. */
  judgeOperation: typeof judgeOperation;
  isLoaded(id: string, asked: readonly string[]): boolean;
  isObservedTerm(row: Leadership, observed: number): boolean;
  nextTerm(row: Leadership, observed: number, kind: string): number;
  mayBeElected(admin: AdminState): boolean;
  oneVoteEach: boolean;
  isCounted(vote: Vote, term: number, nowMs: number, freshMs: number): boolean;
  /** @param voting number of monitors with a vote in the table. */
  votesNeeded(configured: number, voting: number): number;
  /** How the parts are assembled. */
  insertsBeforeAnswering: boolean;
  gatewayKey(id: string, attempt: number, term: number, kind: PaymentKind): string;
  /** False: one statement checks the fence, and a later one writes. */
  fencesInOneStatement: boolean;
  reclaims: boolean;
  /** False: a successor only charges before its term begins. */
  commitsEarly: boolean;
  pausesWhenStandingDown: boolean;
  stopsWork: boolean;
  replacesHeldWorker: boolean;
  /** Replaces a worker whose pause does not end. */
  boundsPause: boolean;
  /** Replaces a worker that delivers nothing. */
  renewsWorker: boolean;
}

const fence = (row: Leadership, { term, leader }: FencingToken): boolean =>
  row.term === term && row.leader === leader;

/** The unmodified system. */
export const STANDARD: Rules = {
  stepMonitor: step,
  stepRole,
  afterReply: afterReply,
  oldestLast: oldestLast,
  selectEarly,
  newLine: (options) => new ParcelPipeline(options),
  newRelay: (rules) => new RelayMachine(rules),
  stalledMs,
  fence,
  fenceOfDeferral: fence,
  mayGetStatus: (row) => row.status === 'PENDING',
  keysAreUnique: true,
  judgeOperation,
  isLoaded: () => true,
  isObservedTerm: (row, observed) => row.term === observed,
  nextTerm: (row) => row.term + 1,
  mayBeElected: (admin) => admin === 'ready',
  oneVoteEach: true,
  isCounted: (vote, term, nowMs, freshMs) => vote.term === term && vote.castMs > nowMs - freshMs,
  votesNeeded: (configured) => getMajority(configured),
  insertsBeforeAnswering: true,
  gatewayKey: (id) => id,
  fencesInOneStatement: true,
  reclaims: true,
  commitsEarly: false,
  pausesWhenStandingDown: true,
  stopsWork: true,
  replacesHeldWorker: true,
  boundsPause: true,
  renewsWorker: true,
};
