/**
 * Relevo whose leader is killed. The stand-alone gateway writes a ledger of its own; a repeated
 * call with the same key is answered from it.
 */
import { readCharges } from '../../record/evidence.js';
import type { Benchmark, BenchEnvironment, Measurement } from '../benchmark.js';
import { RelevoUnderLoad } from '../relevo/relevo-under-load.js';
import { problemsInRows } from '../relevo/rows.js';
import { KILLED_CALL_MS, measureKills, type Killable } from './kills.js';

const NAME = 'relevo-kills';

class KilledRelevo implements Killable {
  private killed = '';
  private readonly charged: string[] = [];

  constructor(private readonly relevo: RelevoUnderLoad) {}

  async enqueue(count: number): Promise<void> {
    await this.relevo.batches(count, false);
  }

  async countCharges(): Promise<number> {
    const added = await readCharges(this.relevo.system, this.charged.length);
    this.charged.push(...(added ?? []).map(({ key }) => key));
    return this.charged.length;
  }

  async countRows(): Promise<number> {
    const { rows } = await this.relevo.storage.pool.query<{ n: number }>(
      "SELECT count(*)::int AS n FROM payment WHERE status = 'SUCCEEDED'",
    );
    return rows[0]?.n ?? 0;
  }

  /** The leader at this moment; between two leaders, the next one. */
  async kill(): Promise<void> {
    await this.relevo.waitUntil('a leader', async () => {
      this.killed = await this.relevo.leader();
      return this.killed !== '';
    });
    const leader = this.relevo.system.process(this.killed);
    leader.kill('SIGKILL');
    await leader.exited;
  }

  revive(): Promise<void> {
    return this.relevo.system.process(this.killed).start();
  }

  async readCharges(): Promise<readonly string[]> {
    await this.countCharges();
    return this.charged;
  }
}

async function measureRelevoKills(environment: BenchEnvironment): Promise<Measurement> {
  const storage = await environment.engines.createStorage(true);
  try {
    const relevo = await RelevoUnderLoad.open(environment, storage, {
      gatewayLatencyMs: KILLED_CALL_MS,
      gateway: 'http',
      benchmark: NAME,
    });
    try {
      const measured = await measureKills(new KilledRelevo(relevo), environment);
      const { lost = 0, doubled = 0 } = measured.figures;
      const wrong = lost + doubled === 0 ? [] : [`${NAME}: ${lost} lost, ${doubled} doubled`];
      return { ...measured, problems: [...wrong, ...(await problemsInRows(NAME, relevo))] };
    } finally {
      await relevo.close();
    }
  } finally {
    await storage.clear();
  }
}

/** The only contestant whose losses make the run invalid. */
export const RELEVO_KILLS: Benchmark = {
  name: NAME,
  kind: 'kills',
  side: 'relevo',
  what: 'Relevo: three replicas, of which the leader is killed; the next leader continues, and the gateway knows the key of each payment',
  measure: measureRelevoKills,
};
