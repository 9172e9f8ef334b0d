/**
 * The judge of the measurement rounds: it accepts clean rounds, and each planted violation is
 * reported under its rule.
 */
import { describe, expect, test } from '@jest/globals';
import { checkMeans } from '../../../../experiments/zookeeper/check-means.js';
import { readDeviceLine, readSeries } from '../../../../experiments/zookeeper/evidence.js';
import { BEGIN_MS, toEvidence } from './evidence.js';

type Evidence = ReturnType<typeof toEvidence>;

const rulesOf = (evidence: Evidence): string[] => checkMeans(evidence).map(({ rule }) => rule);

/** Changes the evidence of rounds 1 to 4. */
function plant(change: (evidence: Evidence) => void): Evidence {
  const evidence = toEvidence([1, 2, 3, 4]);
  change(evidence);
  return evidence;
}

const acceptAgain = (round: number, changes: Partial<Evidence['accepted'][number]>) =>
  plant((evidence) => {
    const one = evidence.accepted[round - 1];
    if (one) evidence.accepted.push({ ...one, ...changes });
  });

test('clean rounds, also of several leaders and with a missed round, have no finding', () => {
  expect(checkMeans(toEvidence([1, 2, 3, 4]))).toEqual([]);
  expect(checkMeans(toEvidence([1, 2, 3], { missed: [2], epochOf: (round) => round }))).toEqual([]);
});

test('a device that measured twice in a round may have either measurement in the mean', () => {
  const evidence = plant(({ measured }) => {
    measured.push({ device: 'device_1', round: 2, ms: 99, payments: 0, atMs: BEGIN_MS });
  });
  expect(checkMeans(evidence)).toEqual([]);
});

describe('a mean is wrong when', () => {
  test('no device computed it', () => {
    const evidence = plant(({ computed }) => void computed.splice(1, 1));
    expect(checkMeans(evidence)).toEqual([
      {
        rule: 'wrong-mean',
        id: 'round 2 of epoch 7: no device computed it',
        atMs: BEGIN_MS + 2_300,
      },
    ]);
  });

  test('the API has another number', () => {
    const evidence = plant(({ accepted }) => void (accepted[0] && (accepted[0].mean += 0.001)));
    expect(rulesOf(evidence)).toEqual(['wrong-mean']);
  });

  test('it is not the average of its measurements', () => {
    const evidence = plant(({ accepted, computed }) => {
      const [mean, own] = [accepted[0], computed[0]];
      if (mean && own) mean.mean = own.mean = 5;
    });
    expect(checkMeans(evidence)[0]?.id).toMatch(/it is not the mean of its measurements/);
  });

  test('it is rounded to less than thousandths', () => {
    const round = (evidence: Evidence, mean: number): void => {
      for (const one of [evidence.accepted[0], evidence.computed[0]]) if (one) one.mean = mean;
    };
    expect(checkMeans(plant((evidence) => round(evidence, 2.000_4)))).toEqual([]);
    expect(rulesOf(plant((evidence) => round(evidence, 2.000_6)))).toEqual(['wrong-mean']);
  });

  test('a measurement in it is of another round', () => {
    const evidence = plant(({ measured }) => {
      const own = measured.find(({ round, device }) => round === 3 && device === 'device_2');
      if (own) own.round = 2;
    });
    expect(checkMeans(evidence)[0]?.id).toMatch(/device_2 did not measure 4 ms in this round/);
  });

  test('it states another number of devices', () => {
    const evidence = plant(({ accepted }) => void (accepted[0] && (accepted[0].devices = 2)));
    expect(checkMeans(evidence)[0]?.id).toMatch(/3 measurements are in it/);
  });
});

test('a round with two means is duplicated, and the second one is not stale', () => {
  const atMs = BEGIN_MS + 4_500;
  expect(rulesOf(acceptAgain(4, { atMs }))).toEqual(['duplicated-mean']);
});

test('a mean of an earlier round, accepted later, is duplicated and stale', () => {
  const atMs = BEGIN_MS + 4_500;
  expect(rulesOf(acceptAgain(1, { atMs }))).toEqual(['duplicated-mean', 'stale-mean']);
});

test('a mean of an earlier round that had none is stale', () => {
  const evidence = toEvidence([1, 2, 3, 4]);
  const late = evidence.accepted[1];
  if (late) late.atMs = BEGIN_MS + 4_500;
  expect(checkMeans(evidence).map(({ rule, id }) => [rule, id])).toEqual([
    ['stale-mean', 'round 2 of epoch 7: round 4 had a mean already'],
  ]);
});

test('a mean of an earlier epoch is stale', () => {
  const evidence = toEvidence([1, 2, 3], { epochOf: (round) => (round === 3 ? 5 : 7) });
  expect(rulesOf(evidence)).toEqual(['stale-mean']);
});

test('a mean that a device knows as accepted, and that the series lacks, is lost', () => {
  const evidence = plant(({ accepted }) => void accepted.splice(2, 1));
  expect(rulesOf(evidence)).toEqual(['lost-mean']);
  const refused = plant(({ accepted, answered }) => {
    accepted.splice(2, 1);
    if (answered[2]) answered[2].isAccepted = false;
  });
  expect(checkMeans(refused)).toEqual([]);
});

describe('lines of a device', () => {
  const time = '2026-01-01T00:00:01.000Z';
  const line = (fields: object): string => JSON.stringify({ level: 'info', time, ...fields });
  const common = { device: 'device_1', atMs: BEGIN_MS + 1_000 };

  test('each event is read, any other line is not', () => {
    expect(readDeviceLine('device_1', line({ msg: 'measured', round: 1, ms: 2.5 }))).toEqual({
      kind: 'measured',
      round: 1,
      ms: 2.5,
      payments: 0,
      ...common,
    });
    const values = { device_1: 2, device_2: 4 };
    const computed = { round: 1, epoch: 3, mean: 3, values };
    expect(readDeviceLine('device_1', line({ msg: 'mean computed', ...computed }))).toEqual({
      kind: 'computed',
      ...computed,
      ...common,
    });
    for (const [msg, isAccepted] of [
      ['mean accepted', true],
      ['mean refused', false],
    ] as const)
      expect(readDeviceLine('device_1', line({ msg, round: 1, epoch: 3 }))).toEqual({
        kind: 'answered',
        round: 1,
        epoch: 3,
        isAccepted,
        ...common,
      });
    for (const other of ['', 'text', '{', '{}', line({ msg: 'leads' })])
      expect(readDeviceLine('device_1', other)).toBeNull();
  });

  test('an event without its fields is an error, not a missing event', () => {
    expect(() => readDeviceLine('device_1', line({ msg: 'measured', round: 1 }))).toThrow();
  });
});

test('the series is read with the times of the API', () => {
  const at = '2026-01-01T00:00:01.500Z';
  const mean = { round: 1, mean: 2, devices: 3, epoch: 4 };
  expect(readSeries({ rounds: [{ ...mean, at }] })).toEqual([{ ...mean, atMs: BEGIN_MS + 1_500 }]);
  expect(() => readSeries({ rounds: [{ ...mean, mean: -1, at }] })).toThrow();
});
