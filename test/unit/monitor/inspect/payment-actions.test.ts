/** Which actions a payment allows an operator, and the typed amount in the preview. */
import {
  findAction,
  listActions,
  type ActionFacts,
  type StoryOperation,
} from '../../../../monitor/inspect/payment-actions.js';

/** The compilation of the tests does not include the scripts of the browser. */
const CLIENT = '../../../../monitor/inspect/client';
const { toMinor } = (await import(`${CLIENT}/typed-amount.js`)) as {
  toMinor: (text: string, decimals: number) => number | null;
};

const facts = (more: Partial<ActionFacts> = {}): ActionFacts => ({
  kind: 'charge',
  of: null,
  status: 'SUCCEEDED',
  amountMinor: 1_000,
  cancelRequestedAt: null,
  operations: [],
  ...more,
});
const operation = (
  kind: StoryOperation['kind'],
  amountMinor: number,
  status: StoryOperation['status'] = 'SUCCEEDED',
): StoryOperation => ({
  id: 'o',
  kind,
  status,
  amountMinor,
  acceptedAt: new Date(0),
  completedAt: null,
  reason: null,
  concept: null,
});
const names = (given: ActionFacts): string[] =>
  listActions(given).map(({ action, mostMinor }) => `${action} ${mostMinor}`);

const CASES: [title: string, given: ActionFacts, expected: string[]][] = [
  ['a charge that succeeded', facts(), ['refund 1000']],
  [
    'a charge with refunds, also a pending one',
    facts({ operations: [operation('refund', 300), operation('refund', 200, 'PENDING')] }),
    ['refund 500'],
  ],
  [
    'a charge with a declined refund',
    facts({ operations: [operation('refund', 300, 'DECLINED')] }),
    ['refund 1000'],
  ],
  ['a charge that is refunded', facts({ operations: [operation('refund', 1_000)] }), []],
  ['an authorization', facts({ kind: 'authorize' }), ['capture 1000', 'void 1000']],
  [
    'an authorization with a pending capture',
    facts({ kind: 'authorize', operations: [operation('capture', 600, 'PENDING')] }),
    [],
  ],
  [
    'an authorization that was captured in part',
    facts({ kind: 'authorize', operations: [operation('capture', 600)] }),
    ['refund 600'],
  ],
  [
    'an authorization that was voided',
    facts({ kind: 'authorize', operations: [operation('void', 1_000)] }),
    [],
  ],
  ['a pending payment', facts({ status: 'PENDING' }), ['cancel 1000']],
  [
    'a pending payment that is being cancelled',
    facts({ status: 'PENDING', cancelRequestedAt: new Date(0) }),
    [],
  ],
  ['a failed payment', facts({ status: 'FAILED' }), []],
  ['an operation', facts({ kind: 'refund', of: 'p' }), []],
];

test.each(CASES)('%s', (_title, given, expected) => expect(names(given)).toEqual(expected));

test('an action that is not possible is not found', () => {
  expect([findAction(facts(), 'void'), findAction(facts(), 'refund')?.mostMinor]).toEqual([
    null,
    1_000,
  ]);
});

test.each([
  ['10', 2, 1_000],
  ['10.5', 2, 1_050],
  ['10,50', 2, 1_050],
  [' 7 ', 0, 7],
  ['10.555', 2, null],
  ['-1', 2, null],
  ['', 2, null],
  ['1e3', 2, null],
])('the typed amount %p with %i decimals is %p minor units', (text, decimals, minor) =>
  expect(toMinor(text, decimals)).toBe(minor),
);
