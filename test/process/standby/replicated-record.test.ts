/**
 * A whole system on a replicated PostgreSQL: while clients pay, the whole node of the primary is
 * killed. Aim: clients wait, no accepted payment is lost or charged twice, no service ends, and the
 * node returns. The services reach the primary by their pool, or through HAProxy.
 */
import type { RecordRoute } from '../../../local/plan.js';
import { ENGINES } from '../../../local/stop-order.js';
import { acceptsWrites, isWhole } from '../../../shared/record/nodes.js';
import { eventually } from '../../support/eventually.js';
import { describeWith } from '../../support/tools.js';
import { TEST_MS } from '../patience.js';
import { Scene } from '../scene.js';

function survivesItsPrimary(route: RecordRoute): void {
  let scene: Scene;
  const ended: string[] = [];
  beforeAll(async () => {
    scene = await Scene.open({ record: 'cluster', route, supervise: true, replicas: 2 });
    for (const service of scene.system.processes.filter(({ kind }) => !ENGINES.has(kind)))
      service.on('exited', ({ asked }) => asked || ended.push(service.name));
  }, TEST_MS);
  afterEach(() => scene?.stopLoads(), TEST_MS);
  afterAll(() => scene?.close(), TEST_MS);

  test(
    'the node of the primary is killed under load: payments continue on another node, and none is lost',
    async () => {
      const cluster = scene.system.databaseCluster;
      const former = await cluster?.findPrimary();
      if (!cluster || !former) throw new Error('no cluster with a primary');
      const load = scene.load();
      await load.flows();

      former.kill();
      await eventually(
        async () =>
          acceptsWrites(await cluster.readNodes()) && (await cluster.findPrimary()) !== former,
        { what: 'another node is the primary' },
      );
      await load.flows();
      await eventually(async () => isWhole(await cluster.readNodes()), {
        what: 'the former primary follows the new one',
      });
      await load.flows();
      await load.stop();

      const answers = new Set(load.requests.map(({ httpStatus }) => httpStatus));
      expect([...answers].filter((status) => ![201, 202, 503].includes(status ?? 0))).toEqual([]);
      expect(ended).toEqual([]);
      expect(await scene.verdict(load.requests)).toEqual([]);
    },
    TEST_MS,
  );
}

for (const [route, words] of [
  ['pool', 'that the pools follow'],
  ['haproxy', 'behind HAProxy'],
] as const)
  describeWith('patroni', `a system on a replicated PostgreSQL ${words}`, () =>
    survivesItsPrimary(route),
  );
