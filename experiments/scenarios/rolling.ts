/**
 * Restarts a whole system one process after another, again and again, behind a load balancer and
 * under load: no payment, no view and no flow may fail, and no session may be lost. Measures the
 * longest extra wait of a payment. Two other ways to restart are the controls.
 */
import type { RestartRecord } from '../../shared/contracts/rolling-restart.js';
import { Restarts } from '../../local/rolling/restarts.js';
import { DEFAULT_CHECK } from '../../shared/balancer/pool.js';
import { GATEWAY_OPTIONS } from '../../gateway/config.js';
import { chargeDurationMs } from '../../shared/simulated-charge.js';
import type { Experiment, RunContext } from '../experiment.js';
import { handoversSince } from '../record/handovers.js';
import type { FaultWindow } from '../record/history.js';
import type { RunRecord } from '../record/run-record.js';
import { isAvailable, summarizeTrial, toFaultRecords } from '../record/trial-summary.js';
import { rollingTable } from '../report/rolling-table.js';
import { measureRestart, toWindows, type RestartFigures } from '../rolling/figures.js';
import { rollingObjectives } from '../rolling/objectives.js';
import { restartUnderLoad, type RestartDone } from '../rolling/restart-under-load.js';
import { SessionClients, type SessionFigures } from '../rolling/visitors.js';
import { isWay, performIn, WAYS, type Way } from '../rolling/ways.js';
import type { Cluster } from '../system/cluster.js';
import { inAll, type TrafficReport } from '../traffic/traffic-report.js';
import { checkBalancer, INSTANCES, toBalancer } from './behind-balancer.js';
import { paymentsById, runWithCluster, SETTLE_MS, type Scenario } from './with-cluster.js';

/** Visitors, and flows at once. */
const CLIENTS = 6;
/** With `--quick`. */
const QUICK = { count: 1, rate: 60, clients: 3 };
const REPLICAS = 3;

const OPTIONS = {
  'count': { default: 10, min: 1, max: 1_000, doc: 'restarts of the whole system' },
  'rate': { default: 300, min: 1, max: 2_000, doc: 'payments per second meanwhile' },
  'balancer': { text: true, value: 'NAME', doc: 'haproxy, apache or nginx (haproxy)' },
  'how': { text: true, value: 'WAY', doc: `${WAYS.join(', ')} (${WAYS[0]})` },
  'deadline': {
    default: 10_000,
    min: 100,
    max: 60_000,
    doc: 'ms within which a payment must have succeeded',
  },
  'check-timeout': {
    default: DEFAULT_CHECK.timeoutMs,
    min: 100,
    max: 60_000,
    doc: 'ms that the balancer waits for the answer to a check',
  },
  'monitors': { default: 1, min: 1, max: 5, doc: 'monitors: 1, 3 or 5' },
  'quick': {
    flag: true,
    doc: `${QUICK.count} restart, at most ${QUICK.rate} payments per second, half the clients`,
  },
  'seed': { default: 1, min: 0, max: 2 ** 31 - 1, doc: 'chooses the payments' },
} as const;

type Context = RunContext<typeof OPTIONS>;
type Done = RestartDone & { faults: FaultWindow[] };

export const rolling: Experiment<typeof OPTIONS> = {
  name: 'rolling',
  summary: 'restart of the whole system one by one, under load, behind a balancer',
  options: OPTIONS,
  check: ({ monitors, balancer, how }) => {
    if (monitors % 2 === 0) return '--monitors must be odd';
    if (how !== null && !isWay(how)) return `--how must be one of ${WAYS.join(', ')}, got "${how}"`;
    return checkBalancer(balancer);
  },
  run,
};

function run(context: Context): Promise<RunRecord> {
  const { monitors, seed, deadline, quick, how, balancer } = context.options;
  const count = quick ? QUICK.count : context.options.count;
  const rollingRun = new RollingRun(context, how !== null && isWay(how) ? how : WAYS[0], count);
  return runWithCluster<Done>(
    {
      name: 'rolling',
      replicas: REPLICAS,
      monitors,
      patients: INSTANCES,
      balancer: toBalancer(balancer ?? 'haproxy'),
      pool: { check: { ...DEFAULT_CHECK, timeoutMs: context.options['check-timeout'] } },
      env: { STAFF_SIGN_IN: 'off' },
      seed,
      deadlineMs: deadline,
      segments: count,
      ...rollingRun.method(),
    },
    context,
  );
}

/** The state of a run: the clients with sessions and the figures, over all restarts. */
class RollingRun {
  private readonly figures: RestartFigures[] = [];
  private readonly reports: TrafficReport[] = [];
  private restarts: Restarts | null = null;
  private sessions: SessionClients | null = null;
  private readonly gateway = {
    seed: GATEWAY_OPTIONS.seed.default ?? 0,
    latencyMs: GATEWAY_OPTIONS.latencyMs.default ?? 0,
  };

  constructor(
    private readonly context: Context,
    private readonly way: Way,
    private readonly count: number,
  ) {}

  method(): Pick<Scenario<Done>, 'perform' | 'trials' | 'objectives' | 'table'> {
    return {
      perform: (cluster, segment) => this.perform(cluster, segment),
      trials: (done, evidence) => {
        const { deadline } = this.context.options;
        const payments = paymentsById(evidence);
        const failed = done.requests.filter((each) => !isAvailable(each, payments, deadline));
        const chargeMs = (id: string): number => chargeDurationMs(id, this.gateway);
        this.figures.push(measureRestart(done, failed.length, chargeMs));
        this.reports.push(done.traffic);
        return [
          summarizeTrial({
            requests: done.requests,
            payments,
            faults: toFaultRecords(done.faults, done.startedMs),
            handovers: handoversSince(evidence.elections, [], done.startedMs),
            deadlineMs: deadline,
          }),
        ];
      },
      objectives: () => rollingObjectives(this.figures, this.sessionFigures(), this.count),
      table: (result) =>
        rollingTable(
          {
            restarts: this.figures,
            sessions: this.sessionFigures(),
            traffic: inAll(this.reports),
          },
          result,
        ),
    };
  }

  private async perform(cluster: Cluster, number: number): Promise<Done> {
    const { options, signal } = this.context;
    const { seed, deadline, rate, quick } = options;
    const { restarts, sessions } = this.open(cluster);
    await cluster.waitUntilSettled(REPLICAS, SETTLE_MS);
    const done = await restartUnderLoad({
      cluster,
      restarts,
      sessions,
      number,
      ratePerSec: quick ? Math.min(rate, QUICK.rate) : rate,
      deadlineMs: deadline,
      seed,
      signal,
      onProgress: (record, answered) => this.show(number, record, answered),
    });
    return { ...done, faults: toWindows(done, number) };
  }

  private open(cluster: Cluster): { restarts: Restarts; sessions: SessionClients } {
    const { system } = cluster;
    if (this.restarts && this.sessions) return { restarts: this.restarts, sessions: this.sessions };
    const restarts = new Restarts({ system, perform: performIn(this.way) });
    const clients = this.context.options.quick ? QUICK.clients : CLIENTS;
    const sessions = new SessionClients(system.balancer?.url ?? '', clients, () =>
      describeMoment(restarts.current),
    );
    cluster.beforeClose(async () => {
      sessions.close();
      await restarts.end();
    });
    [this.restarts, this.sessions] = [restarts, sessions];
    return { restarts, sessions };
  }

  private sessionFigures(): SessionFigures {
    if (this.sessions) return this.sessions.figures;
    throw new Error('there was no restart');
  }

  private show(number: number, record: RestartRecord | null, answered: number): void {
    this.context.progress.show(
      `restart ${number} of ${this.count} · ${describeMoment(record)} · ${answered} payments answered`,
    );
  }
}

/** The process that is restarted now. */
const describeMoment = (record: RestartRecord | null): string =>
  record?.steps.find(({ state }) => state === 'running')?.name ?? 'calm';
