/**
 * Builds a payment's story from its data: a list of events, oldest first, each as a sentence. Pure.
 */
import type { PaymentKind } from '../../shared/contracts/payment.js';
import { isPaid } from '../../shared/core/paid.js';
import { amountText } from './pages/parts.js';
import type { Attempt } from '../../shared/postgres/attempts.js';
import { describeAttemptError } from '../../shared/waiting-text.js';
import type { StoryFacts, StoryTerm } from './payment-story.js';

type Happened =
  | 'repeats'
  | 'accepted'
  | 'hand-over'
  | 'attempt'
  | 'waits'
  | 'committed'
  | 'pass'
  | 'driven-again'
  | 'cancel'
  | 'operation';

export interface Entry {
  /** Null: the time is not stored. The position in the list is still right. */
  at: Date | null;
  kind: Happened;
  /** How the page shows it: good, bad, warning or neutral. */
  tone: 'good' | 'bad' | 'warn' | 'plain';
  text: string;
  details: string[];
  /** The other payment that this event is about. */
  payment?: string;
  /** The leader at the commit, and its period. `until` null: it leads now. */
  led?: { replica: string; term: number; from: Date; until: Date | null };
}

const seconds = (ms: number): string =>
  ms < 1_000 ? `${ms} ms` : `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`;
const between = (from: Date, to: Date): string =>
  seconds(Math.max(0, to.getTime() - from.getTime()));
const times = (count: number): string =>
  count === 1 ? 'once' : count === 2 ? 'twice' : `${count} times`;

/** The leader at the acceptance. Undefined: there was no leader yet. */
const leaderAtAcceptance = ({ terms, acceptedAt }: StoryFacts): StoryTerm | undefined =>
  terms.filter(({ electedAt }) => electedAt.getTime() <= acceptedAt.getTime()).at(-1);

function acceptance(facts: StoryFacts): Entry {
  const leader = leaderAtAcceptance(facts);
  const { acceptedBy, answerWaited, fingerprint, batchIndex, batchSent } = facts;
  return {
    at: facts.acceptedAt,
    kind: 'accepted',
    tone: 'plain',
    text: `Accepted by ${acceptedBy}: its row was committed.`,
    details: [
      ...(batchIndex === null
        ? []
        : [`Number ${batchIndex + 1} of the ${batchSent ?? '?'} payments of its batch.`]),
      leader ? `${leader.leader} led then, in term ${leader.term}.` : 'There was no leader then.',
      answerWaited
        ? 'The client waited for the outcome.'
        : 'The client did not wait for the outcome.',
      `Fingerprint of the request: ${fingerprint.slice(0, 12)}.`,
    ],
  };
}

/** The elections after its acceptance, up to the election of the term that committed it. */
const getElectionsSince = (facts: StoryFacts): StoryTerm[] =>
  facts.terms.filter(({ electedAt }) => electedAt.getTime() > facts.acceptedAt.getTime());

const handOver = ({ term, leader, previousLeader, kind, reason, electedAt }: StoryTerm): Entry => ({
  at: electedAt,
  kind: 'hand-over',
  tone: 'warn',
  text:
    previousLeader === null
      ? `${leader} was elected, in term ${term}.`
      : `${leader} took over from ${previousLeader}, in term ${term} (${kind}).`,
  details: [`Why: ${reason}`],
});

const attemptText = ({ number, tookMs, error }: Attempt): string => {
  const took = tookMs === null ? '' : ` after ${seconds(Math.round(tookMs))}`;
  return error === null
    ? `Attempt ${number} was answered${took}.`
    : `Attempt ${number} failed${took}: ${describeAttemptError(error)}.`;
};

const toAttemptEntry = (attempt: Attempt): Entry => ({
  at: attempt.endedAt,
  kind: 'attempt',
  tone: attempt.error === null ? 'plain' : 'warn',
  text: attemptText(attempt),
  details: [`By ${attempt.replica} in term ${attempt.term}.`],
});

/** The attempts that are kept. The first entry names those that are not kept any more. */
function listAttempts({ attemptHistory }: StoryFacts): Entry[] {
  const dropped = (attemptHistory[0]?.number ?? 1) - 1;
  const entries = attemptHistory.map(toAttemptEntry);
  if (dropped === 0) return entries;
  const range = dropped === 1 ? 'Attempt 1 is' : `Attempts 1 to ${dropped} are`;
  entries[0]?.details.unshift(`${range} not kept.`);
  return entries;
}

/** Of a payment whose attempts were not noted: a row of an earlier version. */
function countAttempts(facts: StoryFacts): Entry[] {
  const { attempts: made, lastError, completedAt, attemptHistory } = facts;
  if (attemptHistory.length > 0 || (lastError === null && made < 2)) return [];
  const when = completedAt === null ? 'so far' : 'in all';
  return [
    {
      at: null,
      kind: 'attempt',
      tone: 'warn',
      text:
        made === 0
          ? 'No charge was taken so far.'
          : `Tried ${times(made)} ${when}, always under the same key.`,
      details:
        lastError === null
          ? []
          : [`The last attempt that had to be repeated failed with: ${lastError}.`],
    },
  ];
}

function waiting({ status, nextAttemptAt, attempts: made }: StoryFacts): Entry[] {
  if (status !== 'PENDING') return [];
  const text = nextAttemptAt === null ? 'Waits for its outcome.' : `Waits for attempt ${made + 1}.`;
  return [{ at: nextAttemptAt, kind: 'waits', tone: 'warn', text, details: [] }];
}

const ENDS = {
  SUCCEEDED: ['good', 'Paid'],
  DECLINED: ['bad', 'Declined'],
  FAILED: ['bad', 'Failed'],
} as const;

function reign({ terms, term, processedBy }: StoryFacts): Pick<Entry, 'led'> {
  const own = terms.find((each) => each.term === term);
  return own && processedBy !== null
    ? { led: { replica: processedBy, term: own.term, from: own.electedAt, until: own.until } }
    : {};
}

function toCommitEntries(facts: StoryFacts): Entry[] {
  const { status, completedAt, acceptedAt, processedBy, term, parcel, gatewayReference, reason } =
    facts;
  if (status === 'PENDING' || completedAt === null) return [];
  const [tone, word] = ENDS[status];
  return [
    {
      at: completedAt,
      kind: 'committed',
      tone,
      text: `${word}: committed by ${processedBy} under term ${term}, ${between(acceptedAt, completedAt)} after it was accepted.`,
      details: [
        ...(reason === null ? [] : [`Reason: ${reason}.`]),
        ...(gatewayReference === null
          ? ['The gateway gave no reference: no money moved.']
          : [`The gateway's reference: ${gatewayReference}.`]),
        parcel === null
          ? 'It came without the queue: the leader took it from the record.'
          : `Parcel ${parcel} of the queue brought it.`,
      ],
      ...reign(facts),
    },
  ];
}

const pass = ({ status, kind, currency, completedAt, id }: StoryFacts): Entry[] =>
  status === 'SUCCEEDED' && isPaid({ kind, currency })
    ? [
        {
          at: completedAt,
          kind: 'pass',
          tone: 'good',
          text: 'Paid: it counts for the exit pass. With EXIT_PASS=any-payment the patient may leave.',
          details: [`Pass ${id}.`],
        },
      ]
    : [];

function cancellation({ cancelRequestedAt, cancelReason }: StoryFacts): Entry[] {
  if (cancelRequestedAt === null) return [];
  return [
    {
      at: cancelRequestedAt,
      kind: 'cancel',
      tone: 'warn',
      text: 'An operator asked to cancel it: the leader closes its key at the gateway.',
      details: cancelReason === null ? [] : [`Reason: ${cancelReason}`],
    },
  ];
}

const OPERATION_TONES = {
  PENDING: 'warn',
  SUCCEEDED: 'good',
  DECLINED: 'bad',
  FAILED: 'bad',
} as const;
const OPERATION_NAMES: Readonly<Record<PaymentKind, string>> = {
  charge: 'Charge',
  authorize: 'Authorization',
  capture: 'Capture',
  void: 'Void',
  refund: 'Refund',
};

/** Captures, voids and refunds, each with a link to its own story. */
const operationEntries = ({ operations, currency }: StoryFacts): Entry[] =>
  operations.map(({ id, kind, status, amountMinor, acceptedAt, completedAt, reason, concept }) => ({
    at: completedAt ?? acceptedAt,
    kind: 'operation',
    tone: OPERATION_TONES[status],
    text: `${OPERATION_NAMES[kind]} of ${amountText(amountMinor, currency)}: ${status.toLowerCase()}.`,
    details: [
      ...(concept === null ? [] : [`Reason: ${concept}`]),
      ...(reason === null ? [] : [`Outcome: ${reason}.`]),
    ],
    payment: id,
  }));

function relatives({ repeats, repeatedBy, drivenBy }: StoryFacts): {
  before: Entry[];
  after: Entry[];
} {
  const before = repeats.map(({ id, status, completedAt, reason }): Entry => ({
    at: completedAt,
    kind: 'repeats',
    tone: 'plain',
    text: `An earlier payment ${status === 'FAILED' ? 'failed' : `was ${status}`}; this one repeats it.`,
    details: reason === null ? [] : [`Reason: ${reason}.`],
    payment: id,
  }));
  const after = repeatedBy.map(({ id, status, acceptedAt }, index): Entry => ({
    at: acceptedAt,
    kind: 'driven-again',
    tone: status === 'SUCCEEDED' ? 'good' : 'plain',
    text: `Retried as another payment, which is ${status}.`,
    details:
      index > 0
        ? []
        : drivenBy.slice(0, 1).map(({ actor, reason }) => `By ${actor}. Reason: ${reason}`),
    payment: id,
  }));
  return { before: before.reverse(), after };
}

/** By time; hand-overs before attempts of the same time. */
const inOrder = (entries: Entry[]): Entry[] =>
  entries.sort((a, b) => (a.at?.getTime() ?? 0) - (b.at?.getTime() ?? 0));

/** Oldest first. */
export function timeline(facts: StoryFacts): Entry[] {
  const { before, after } = relatives(facts);
  const handOvers = getElectionsSince(facts).map(handOver);
  return [
    ...before,
    acceptance(facts),
    ...inOrder([...handOvers, ...listAttempts(facts)]),
    ...cancellation(facts),
    ...countAttempts(facts),
    ...waiting(facts),
    ...toCommitEntries(facts),
    ...pass(facts),
    ...operationEntries(facts),
    ...after,
  ];
}

/**
 * Whether the leader that committed the payment was elected after the acceptance: there was a
 * hand-over between them.
 */
export const didSurviveHandover = (facts: StoryFacts): boolean =>
  facts.status !== 'PENDING' &&
  getElectionsSince(facts).some(({ previousLeader }) => previousLeader !== null);
