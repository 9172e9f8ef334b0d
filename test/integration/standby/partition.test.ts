/**
 * The primary of a real replicated PostgreSQL reaches neither etcd nor its standbys, and clients
 * still reach it: another node is promoted, and the former primary acknowledges no commit that is
 * lost. Control: a client whose commits do not wait for a standby loses rows in the same partition.
 */
import { DirectWriter } from '../../../experiments/storage/direct-writer.js';
import { cutOff } from '../../../experiments/storage/partition-faults.js';
import { isWhole } from '../../../shared/record/nodes.js';
import { eventually } from '../../support/eventually.js';
import { startTestCluster, type TestCluster } from '../../support/postgres-cluster.js';
import { describeWith } from '../../support/tools.js';

const TEST_MS = 180_000;
const STEP_MS = 60_000;

describeWith('patroni', 'the primary reaches neither etcd nor its standbys', () => {
  let started: TestCluster;
  beforeAll(async () => {
    started = await startTestCluster({ withLinks: true });
  }, TEST_MS);
  afterAll(() => started?.remove(), TEST_MS);

  test(
    'the former primary acknowledges no row that is lost, and does so without synchronous commits',
    async () => {
      const { cluster, links } = started;
      if (!links) throw new Error('the cluster has no proxies');
      const isReady = async (): Promise<boolean> => isWhole(await cluster.readNodes());
      await eventually(isReady, { what: 'every node follows the primary', deadlineMs: STEP_MS });
      const former = await cluster.findPrimary();
      if (!former) throw new Error('no node is the primary');
      const writers = {
        safe: await DirectWriter.start(cluster, 'on'),
        control: await DirectWriter.start(cluster, 'local'),
      };
      try {
        await eventually(() => writers.safe.count > 0 && writers.control.count > 0, {
          what: 'both clients write to the primary',
        });

        const before = writers.control.count;
        const heal = cutOff({ links, cluster }, former, 'outbound');
        try {
          await eventually(async () => ![null, former].includes(await cluster.findPrimary()), {
            what: 'another node is the primary',
            deadlineMs: STEP_MS,
          });
        } finally {
          heal();
        }
        await eventually(isReady, { what: 'the node follows again', deadlineMs: STEP_MS });

        expect(writers.control.count).toBeGreaterThan(before);
        expect((await writers.safe.judge()).lost).toEqual([]);
        expect((await writers.control.judge()).lost).not.toEqual([]);
      } finally {
        await Promise.all(Object.values(writers).map((writer) => writer.stop()));
      }
    },
    TEST_MS,
  );
});
