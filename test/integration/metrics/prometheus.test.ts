/**
 * A real Prometheus with the deployed configuration scrapes a real system that processes payments
 * and loses its leader. Aim: every expression of alerts, recording rules and dashboards can be
 * evaluated, and returns data where such a system has data. Without ZooKeeper there are no
 * measurements.
 */
import type { ManagedProcess } from '../../../local/processes/processes.js';
import { expressionsOf, readAlerts, readDashboard } from '../../support/observability.js';
import { eventually } from '../../support/eventually.js';
import { startPrometheus, type Prometheus } from '../../support/prometheus.js';
import { Scene } from '../../process/scene.js';
import { describeWith, mayUse } from '../../support/tools.js';

const measured = mayUse('zookeeper');

describeWith('prometheus', 'Prometheus scrapes a system', () => {
  let scene: Scene;
  let prometheus: Prometheus;
  let killed: string;

  const roundServices = (): ManagedProcess[] =>
    scene.system.processes.filter(({ kind }) => kind === 'measurements' || kind === 'device');
  const value = async (expression: string): Promise<number> =>
    Number((await prometheus.query(expression))[0]?.value[1]);

  async function pay(count: number): Promise<void> {
    const { status } = await scene.ask(scene.system.patients[0]!, '/api/batches', {
      body: { count },
    });
    expect(status).toBe(200);
    const body = { patientId: scene.patients[0], amountMinor: 100, currency: 'USD' };
    expect(
      (
        await scene.ask(scene.system.patients[0]!, '/api/payments', {
          body,
          headers: { Prefer: 'wait=20' },
        })
      ).status,
    ).toBe(201);
  }

  beforeAll(async () => {
    scene = await Scene.open({ measurements: measured });
    prometheus = await startPrometheus([
      ...scene.system.patients,
      ...scene.system.monitors,
      ...scene.system.replicas,
      scene.gateway,
      ...roundServices(),
    ]);
    await pay(50);
    const targets = 6 + roundServices().length;
    await eventually(async () => (await value('count(up == 1)')) === targets, {
      what: `all ${targets} targets to be scraped`,
    });
    const leader = await scene.leader();
    killed = leader.name;
    const { term } = await scene.leadership();
    leader.kill('SIGKILL');
    await scene.nextLeadership(term);
    await pay(50);
  }, 300_000);

  afterAll(async () => {
    await prometheus?.close();
    await scene?.close();
  });

  test('shows the leader, the payments and the reason of the change of leadership', async () => {
    const { leader, term } = await scene.leadership();
    const figures: [string, number][] = [
      ['count(up == 1)', 5 + roundServices().length],
      ['sum(relevo_payments_accepted_total)', 102],
      ['sum(relevo_gateway_keys_settled_total)', 102],
      ['max(relevo_term)', term],
      ['sum(relevo_elections_total{kind="kill"})', 1],
      ['max(relevo_monitors{state="reached"})', 1],
    ];
    for (const [expression, expected] of figures) {
      await eventually(async () => (await value(expression)) === expected, {
        what: `${expression} to be ${expected}`,
      });
    }
    await eventually(
      async () => ((await value('sum(relevo_suspicions_total{layer="connection"})')) ?? 0) >= 1,
      { what: 'the suspicion' },
    );
    const ids = async (expression: string, label: string) =>
      (await prometheus.query(expression)).map(({ metric }) => metric[label]).join();
    // The series of the dead replica stay in Prometheus for some minutes; the next scrapes show one
    // leader.
    await eventually(async () => (await ids('relevo_leads == 1', 'id')) === leader, {
      what: 'one replica to lead',
    });
    await eventually(async () => (await ids('relevo_leader == 1', 'replica')) === leader, {
      what: 'the monitors to name it',
    });
  }, 400_000);

  test('evaluates the rules without an error and detects the dead replica', async () => {
    const evaluated = async (): Promise<boolean> =>
      (await prometheus.rules()).every(({ health }) => health !== 'unknown');
    await eventually(evaluated, { what: 'all rules to be evaluated' });
    const rules = await prometheus.rules();
    const alerting = rules.filter(({ type }) => type === 'alerting').map(({ name }) => name);
    expect(alerting.toSorted()).toEqual(
      readAlerts()
        .map(({ alert }) => alert)
        .toSorted(),
    );
    expect(rules.filter(({ health }) => health !== 'ok')).toEqual([]);
    const noticed = async (): Promise<boolean> =>
      (await prometheus.rules()).some(
        ({ name, state }) => name === 'RelevoReplicaDown' && state !== 'inactive',
      );
    await eventually(noticed, { what: 'the dead replica to be detected' });
    await eventually(
      async () => {
        expect(
          (await prometheus.query('ALERTS{alertname="RelevoReplicaDown"}')).map(
            ({ metric }) => metric['id'],
          ),
        ).toEqual([killed]);
        return true;
      },
      { what: 'the alert of the dead replica, and no other alert' },
    );
  }, 400_000);

  test('every expression of the dashboard returns data', async () => {
    const empty = async (): Promise<string[]> => {
      const expressions = expressionsOf(readDashboard()).filter(
        (expression) => !mayBeEmpty(expression),
      );
      const counts = await Promise.all(
        expressions.map(async (expression) => (await prometheus.query(expression)).length),
      );
      return expressions.filter((_expression, index) => counts[index] === 0);
    };
    let left: string[] = [];
    const filled = async (): Promise<boolean> => (left = await empty()).length === 0;
    await eventually(filled, { what: 'every panel to show data' }).catch(() => undefined);
    expect(left).toEqual([]);
  }, 400_000);
});

/** Elections are marked only where some took place in the last seconds. */
const mayBeEmpty = (expression: string): boolean =>
  expression.startsWith('changes(max(relevo_term)') ||
  (!measured && expression.includes('relevo_measurement_'));
