/**
 * The ensemble, or the Redis of the API, loses all its data: the rounds continue after the last
 * round that the other one knows, every mean in the series is right, and former leaders stay
 * refused. An ensemble that is only older than the API does not continue.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { LeadingAnswer } from '../../../shared/contracts/measurements.js';
import { eventually } from '../../support/eventually.js';
import { describeWith } from '../../support/tools.js';
import { TEST_MS } from '../patience.js';
import { Scene } from './scene.js';

const PERIOD_SECONDS = 0.5;
const DEVICES = 2;
/** Above every epoch of the ensemble. */
const LATER_EPOCH = 2 ** 50;
const CONTINUED = /^the ensemble is new/;
const REFUSED = /^the API knows a later epoch/;

describeWith('zookeeper', 'a store of the measurement rounds loses its data', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.open(PERIOD_SECONDS);
    await scene.startDevice('device_1');
    await scene.startDevice('device_2');
    await scene.waitForRounds(2, DEVICES);
  }, TEST_MS);
  afterAll(() => scene?.close(), TEST_MS);

  const readLeading = async (): Promise<LeadingAnswer> =>
    (await scene.api.get('/epochs')).body as unknown as LeadingAnswer;
  const expectRightMeans = async (): Promise<void> =>
    expect({ wrong: await scene.findWrongMeans(), logs: scene.describe() }).toMatchObject({
      wrong: [],
    });
  const count = (pattern: RegExp): number =>
    scene.devices.flatMap(({ lines }) => lines.filter(({ msg }) => pattern.test(msg))).length;

  /** The rounds continue after those of before, and a leader of before changes nothing. */
  async function expectContinued(before: LeadingAnswer): Promise<void> {
    await scene.waitForRounds(2, DEVICES);
    await expectRightMeans();
    const { epoch, lastRound } = await readLeading();
    expect([epoch > before.epoch, lastRound > before.lastRound]).toEqual([true, true]);
    const stale = { dato: 1, round: lastRound + 100, epoch: before.epoch };
    expect((await scene.api.send(stale)).body['code']).toBe('OLD_EPOCH');
    expect((await scene.api.announce(before.epoch)).body['code']).toBe('OLD_EPOCH');
  }

  test.each(['once', 'again'])(
    'the data of the ensemble are deleted %s: the rounds continue after the last one',
    async () => {
      const before = await readLeading();
      const continued = count(CONTINUED);
      await scene.deleteEnsemble();
      await expectContinued(before);
      // Without it, new epochs and rounds would be refused until they are above the former ones.
      expect(count(CONTINUED) - continued).toBe(1);
    },
    TEST_MS,
  );

  test(
    'the data of the API are deleted: the rounds continue, and the former ones are missing',
    async () => {
      const before = await readLeading();
      await scene.deleteSeries();
      await scene.waitForRounds(2, DEVICES);
      await expectRightMeans();
      const rounds = (await scene.readSeries()).map(({ round }) => round);
      expect(Math.min(...rounds)).toBeGreaterThan(before.lastRound);
    },
    TEST_MS,
  );

  test(
    'an ensemble with older data makes no rounds and reports it, until its data are deleted',
    async () => {
      await scene.api.announce(LATER_EPOCH, 'device_9');
      await eventually(() => count(REFUSED) > 2 * DEVICES, { what: 'the devices report it' });
      const before = await readLeading();
      expect(before.epoch).toBe(LATER_EPOCH);
      await scene.deleteEnsemble();
      await expectContinued(before);
    },
    TEST_MS,
  );
});
