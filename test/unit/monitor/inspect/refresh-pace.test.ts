/** The pace of a list that loads itself again. */

/** The compilation of the tests does not include the scripts of the browser. */
const CLIENT = '../../../../monitor/inspect/client';
const { getPauseMs } = (await import(`${CLIENT}/refresh-pace.js`)) as {
  getPauseMs: (received: number) => number;
};

test('a small page is loaded every 3 s, a large one less often, at most every 30 s', () => {
  expect([0, 5_000, 26_000, 400_000].map(getPauseMs)).toEqual([3_000, 3_000, 13_000, 30_000]);
});

test('pages of up to 60 kB receive at most 120 kB per minute', () => {
  for (const bytes of [1_000, 6_000, 20_000, 60_000])
    expect(bytes * (60_000 / getPauseMs(bytes))).toBeLessThanOrEqual(120_000);
});
