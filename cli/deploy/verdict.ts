/** Judges the observations of a check, and formats the verdict. Pure. */

export interface CheckEvidence {
  /** The payments whose outcome a client received: id and status. */
  received: readonly { id: string; status: string }[];
  /** Payments that no client received an outcome for, with the reasons. */
  refused: readonly string[];
  /** The rows of PostgreSQL: id and status. */
  rows: readonly { id: string; status: string }[];
  /** The keys of approved charges in the ledger of the gateway. */
  charged: readonly string[];
  before: { leader: string; term: number };
  after: { leader: string; term: number };
}

export interface CheckVerdict {
  verdict: 'valid' | 'invalid';
  problems: string[];
  payments: number;
  before: CheckEvidence['before'];
  after: CheckEvidence['after'];
}

/** The elements that occur more than once. */
const findRepeated = (list: readonly string[]): string[] => [
  ...new Set(list.filter((each, index) => list.indexOf(each) !== index)),
];

const missingIn = (list: readonly string[], from: readonly string[]): string[] => {
  const known = new Set(from);
  return list.filter((each) => !known.has(each));
};

/** @param sent number of payments that were sent. */
export function judgeCheck(sent: number, observed: CheckEvidence): CheckVerdict {
  const { received, refused, rows, charged, before, after } = observed;
  const ids = received.map(({ id }) => id);
  const rowIds = rows.map(({ id }) => id);
  const count = (list: readonly unknown[], problem: string): string[] =>
    list.length === 0 ? [] : [`${list.length} ${problem}`];
  const problems = [
    ...count(refused, `payments got no outcome: ${refused[0] ?? ''}`),
    ...count(
      received.filter(({ status }) => status !== 'SUCCEEDED'),
      'payments did not succeed',
    ),
    ...count(
      rows.filter(({ status }) => status !== 'SUCCEEDED'),
      'rows are not SUCCEEDED',
    ),
    ...count(missingIn(ids, rowIds), 'payments are missing in PostgreSQL'),
    ...count(missingIn(rowIds, ids), 'rows that no client was answered'),
    ...count(missingIn(rowIds, charged), 'payments were not charged'),
    ...count(missingIn(charged, rowIds), 'charges belong to no payment'),
    ...count(findRepeated(charged), 'payments were charged twice'),
    ...(ids.length + refused.length === sent
      ? []
      : [`${ids.length} of ${sent} payments are known`]),
    ...(after.term > before.term && after.leader !== before.leader
      ? []
      : [
          `no other replica leads: ${before.leader} in term ${before.term}, then ${after.leader} in term ${after.term}`,
        ]),
  ];
  return {
    verdict: problems.length === 0 ? 'valid' : 'invalid',
    problems,
    payments: ids.length,
    before,
    after,
  };
}

export const formatVerdict = ({
  verdict,
  problems,
  payments,
  before,
  after,
}: CheckVerdict): string =>
  [
    `${payments} payments while ${before.leader} was deleted; then ${after.leader} led in term ${after.term}.`,
    ...problems.map((problem) => `  - ${problem}`),
    `Verdict: ${verdict}.`,
  ].join('\n');
