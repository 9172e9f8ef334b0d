/** Measures the CPU use of the parts of a system once per second. */
import type { ProcessKind } from '../../local/processes/process-spec.js';
import type { Cluster } from '../system/cluster.js';
import { costOf } from '../system/processes-cost.js';
import { sum } from '../statistics/statistics.js';

const INTERVAL_MS = 1_000;

/** Share of one core by part, in one second. */
export type CpuShares = Readonly<Record<string, number>>;

const PARTS: Readonly<Record<string, string>> = {
  patients: 'front',
  payments: 'replicas',
  monitor: 'monitor',
  gateway: 'gateway',
  postgres: 'PostgreSQL',
  redis: 'Redis',
};
/** The lab itself. */
export const GENERATOR = 'generator';

/** The part of the system that a kind of process belongs to. */
export const toPart = (kind: ProcessKind): string => PARTS[kind] ?? 'balancer';

const listPids = ({ system }: Cluster): Map<string, number[]> => {
  const pids = new Map<string, number[]>([[GENERATOR, [process.pid]]]);
  for (const { kind, pid } of system.processes) {
    const part = toPart(kind);
    if (pid !== null) pids.set(part, [...(pids.get(part) ?? []), pid]);
  }
  return pids;
};

export class CpuSampler {
  /** By second since the start. */
  readonly seconds: CpuShares[] = [];
  private readonly timer: NodeJS.Timeout;
  private readonly pids: Map<string, number[]>;
  private before: Map<string, number>;
  private beforeMs = performance.now();

  constructor(cluster: Cluster) {
    this.pids = listPids(cluster);
    this.before = this.read();
    this.timer = setInterval(() => this.sample(), INTERVAL_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private sample(): void {
    const [now, nowMs] = [this.read(), performance.now()];
    const spanMs = nowMs - this.beforeMs;
    this.seconds.push(
      Object.fromEntries(
        [...now].map(([part, cpuMs]) => [part, (cpuMs - (this.before.get(part) ?? 0)) / spanMs]),
      ),
    );
    [this.before, this.beforeMs] = [now, nowMs];
  }

  private read(): Map<string, number> {
    return new Map(
      [...this.pids].map(([part, pids]) => [
        part,
        // The engines are descendants of the lab: they have parts of their own.
        part === GENERATOR ? ownCpuMs() : sum(pids.map((pid) => costOf(pid)?.cpuMs ?? 0)),
      ]),
    );
  }
}

/** CPU time of the lab itself, ms. */
export function ownCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
