/**
 * Identification is bounded: two comparisons at the same time, eight waiting ones, all others
 * refused before the comparison.
 */
import { expect, test } from '@jest/globals';
import { createIdentify } from '../../../patients/records/identification.js';
import { Turns } from '../../../patients/records/turns.js';
import { Problem } from '../../../shared/errors.js';

const TYPED = { document: '1', name: 'Ana', birthDate: '1980-01-01', authorizationCode: 'AUT-1' };
const KNOWN = { id: 'p', ...TYPED };

/** Comparisons that end on command. */
function heldComparisons() {
  const begun: { known: unknown; end: (isSame: boolean) => void; fail: (error: Error) => void }[] =
    [];
  const identify = createIdentify(
    { patientByDocument: async (document) => (document === '1' ? KNOWN : null) },
    (_typed, known) =>
      new Promise<boolean>((resolve, reject) => begun.push({ known, end: resolve, fail: reject })),
  );
  return { begun, identify };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const fateOf = (answer: Promise<string | null>): Promise<unknown> =>
  answer.catch((error: Error) =>
    error instanceof Problem ? [error.code, error.extra.retryAfterSeconds] : error.message,
  );

test('of 50 attempts at once two are compared, eight wait, and 40 are refused and not compared', async () => {
  const { begun, identify } = heldComparisons();
  const answers = Array.from({ length: 50 }, () => fateOf(identify(TYPED)));
  await settle();
  expect(begun).toHaveLength(2);
  for (let done = 0; done < 10; done += 1) {
    begun[done]?.end(true);
    await settle();
    expect(begun).toHaveLength(Math.min(done + 3, 10));
  }
  const fates = await Promise.all(answers);
  expect([
    fates.filter((fate) => fate === 'p').length,
    fates.filter((fate) => fate !== 'p'),
  ]).toEqual([10, Array.from({ length: 40 }, () => ['TOO_BUSY', 1])]);
});

test('a refusal does not depend on whether the document is known', async () => {
  const { begun, identify } = heldComparisons();
  const busy = Array.from({ length: 10 }, () => fateOf(identify(TYPED)));
  await settle();
  expect(
    await Promise.all(['1', '2'].map((document) => fateOf(identify({ ...TYPED, document })))),
  ).toEqual([
    ['TOO_BUSY', 1],
    ['TOO_BUSY', 1],
  ]);
  for (let done = 0; done < busy.length; done += 1) {
    begun[done]?.end(false);
    await settle();
  }
  expect(await Promise.all(busy)).toEqual(busy.map(() => null));
});

test('an unknown document is compared as well; a failed comparison releases its turn', async () => {
  const { begun, identify } = heldComparisons();
  for (let turn = 0; turn < 20; turn += 1) {
    const answer = fateOf(identify({ ...TYPED, document: '2' }));
    await settle();
    expect([begun.length, begun[turn]?.known]).toEqual([turn + 1, null]);
    begun[turn]?.fail(new Error('no memory'));
    expect(await answer).toBe('no memory');
  }
});

test('a free turn goes to the first waiting task, before any new one', async () => {
  const turns = new Turns(1, 2);
  const order: string[] = [];
  let end = (): void => undefined;
  const first = turns.take(() => new Promise<void>((resolve) => (end = resolve)));
  const [second, third] = ['second', 'third'].map((name) =>
    turns.take(async () => void order.push(name)),
  );
  expect(turns.take(async () => undefined)).toBeNull();
  end();
  await Promise.all([first, second, third]);
  await turns.take(async () => void order.push('newcomer'));
  expect(order).toEqual(['second', 'third', 'newcomer']);
});
