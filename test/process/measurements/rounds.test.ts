/**
 * Measurement rounds on a real ensemble of three: members of the ensemble die, a device is cut off,
 * the leading device freezes, and a device starts while it cannot reach the ensemble. After each
 * fault all devices take part again, and every mean in the series is right.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '../../support/eventually.js';
import { SilencingProxy } from '../../support/silencing-proxy.js';
import { describeWith } from '../../support/tools.js';
import { Scene, type Device } from './scene.js';

const PATIENCE_MS = 180_000;
const PERIOD_SECONDS = 0.5;

describeWith('zookeeper', 'measurement rounds', () => {
  let scene: Scene;
  /** Between the third device and each member. */
  let proxies: SilencingProxy[] = [];

  beforeAll(async () => {
    scene = await Scene.open(PERIOD_SECONDS);
    proxies = await Promise.all(
      scene.ensemble.members.map(({ port }) => SilencingProxy.open(port)),
    );
    await scene.startDevice('device_1');
    await scene.startDevice('device_2');
  }, PATIENCE_MS);
  afterAll(async () => {
    await scene?.close();
    await Promise.all(proxies.map((proxy) => proxy.close()));
  });

  const states = (device: Device, state: string): number =>
    device.said(`ZooKeeper ${state}`).length;
  const isReady = async (device: Device): Promise<boolean> =>
    (await fetch(`${device.process.url}/readyz`)).ok;
  const expectRightMeans = async (): Promise<void> =>
    expect({ wrong: await scene.findWrongMeans(), logs: scene.describe() }).toMatchObject({
      wrong: [],
    });

  test(
    'a device that cannot reach the ensemble lives, reports it, and joins later',
    async () => {
      proxies.forEach((proxy) => proxy.refuse());
      const device = await scene.startDevice('device_3', {
        ZOOKEEPER: proxies.map(({ port }) => `127.0.0.1:${port}`).join(','),
      });
      await eventually(() => states(device, 'suspended') > 0, { what: 'the device reports it' });
      expect(await isReady(device)).toBe(false);
      await scene.waitForRounds(1, 2);
      proxies.forEach((proxy) => proxy.pass());
      await eventually(() => isReady(device), { what: 'the device is ready' });
      await scene.waitForRounds(2, 3);
      await expectRightMeans();
    },
    PATIENCE_MS,
  );

  test.each(['follower', 'leader'] as const)(
    'a %s of the ensemble is killed: all devices continue, and it returns',
    async (role) => {
      const member = await scene.ensemble.findMember(role);
      member.kill('SIGKILL');
      await member.exited;
      await scene.waitForRounds(3, 3);
      await member.start();
      await scene.waitForRounds(1, 3);
      await expectRightMeans();
    },
    PATIENCE_MS,
  );

  test(
    'a device that is cut off in both directions is left out, expires and returns',
    async () => {
      const device = scene.devices[2] as Device;
      const [lost, expired] = [states(device, 'lost'), states(device, 'expired')];
      proxies.forEach((proxy) => proxy.blackhole());
      await eventually(() => states(device, 'lost') > lost, { what: 'the device is lost' });
      await scene.waitForRounds(2, 2);
      proxies.forEach((proxy) => proxy.pass());
      await scene.waitForRounds(2, 3);
      expect(states(device, 'expired')).toBeGreaterThan(expired);
      await expectRightMeans();
    },
    PATIENCE_MS,
  );

  test(
    'a leading device that freezes before it sends its mean sends nothing when it wakes',
    async () => {
      const leader = scene.findLeader();
      const epoch = leader.said('leads').at(-1)?.epoch;
      const computed = leader.said('mean computed').length;
      await leader.setFaults({ pauseBeforeSendMs: 2_000 });
      await eventually(() => leader.said('mean computed').length > computed, {
        what: 'the leader computed a mean',
      });
      leader.process.freeze();
      const { round } = leader.said('mean computed').at(-1) ?? {};
      await scene.waitForRounds(2, 2);
      leader.process.thaw();
      await leader.setFaults({});
      await scene.waitForRounds(2, 3);
      const answers = leader.lines.filter((line) => line.round === round && line.epoch === epoch);
      expect(answers.map(({ msg }) => msg)).not.toContain('mean accepted');
      expect(states(leader, 'expired')).toBeGreaterThan(0);
      expect(scene.findLeader()).not.toBe(leader);
      await expectRightMeans();
    },
    PATIENCE_MS,
  );

  test(
    'control: without its own clock the frozen leader sends its mean, and the fence refuses it',
    async () => {
      await Promise.all(scene.devices.map(({ process }) => process.stop()));
      const late = await scene.startDevice('device_late', { OWN_CLOCK: 'off' });
      await eventually(() => late.said('leads').length > 0, { what: 'the device leads' });
      await scene.startDevice('device_next');
      await scene.waitForRounds(1, 2);
      const computed = late.said('mean computed').length;
      await late.setFaults({ pauseBeforeSendMs: 2_000 });
      await eventually(() => late.said('mean computed').length > computed, {
        what: 'the leader computed a mean',
      });
      late.process.freeze();
      await scene.waitForRounds(2, 1);
      late.process.thaw();
      await eventually(
        () => late.said('mean refused').some(({ code }) => code === '409 OLD_EPOCH'),
        { what: 'the API refuses the mean of the old epoch' },
      );
      await late.setFaults({});
      await scene.waitForRounds(1, 2);
      await expectRightMeans();
    },
    PATIENCE_MS,
  );
});
