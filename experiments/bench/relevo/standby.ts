/**
 * Measures Relevo on the PostgreSQL cluster and the Redis group of `npm start -- --standby`. The
 * engines run during the measurement only, so that they cost the other benchmarks nothing.
 */
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { toStandbyName, type Benchmark, type BenchEnvironment } from '../benchmark.js';
import { BenchEngines } from '../engines.js';

/** Settings that may differ from those of the single server. */
const SHOWN = ['synchronous_commit', 'shared_buffers', 'max_wal_size'];

async function describeEngines(engines: BenchEngines): Promise<string> {
  const [{ postgres = '', redis = '' }, settings] = await Promise.all([
    engines.versions(),
    engines.settings(),
  ]);
  const shown = SHOWN.map((name) => `${name}=${settings[name] ?? ''}`).join(', ');
  return `With standbys: three PostgreSQL ${postgres}, a commit is on two of them (${shown}); three Redis ${redis}`;
}

async function measureOnStandby(
  benchmark: Benchmark,
  environment: BenchEnvironment,
): ReturnType<Benchmark['measure']> {
  const dataDir = mkdtempSync(join(environment.dataDir, 'standby-'));
  const engines = await BenchEngines.open(dataDir, environment.onLine, 'standby');
  try {
    const measured = await benchmark.measure({
      ...environment,
      engines,
      patients: await engines.patients(),
      nodeArgs: (folder) => environment.nodeArgs(join('standby', folder)),
    });
    return { ...measured, notes: [await describeEngines(engines)] };
  } finally {
    await engines.close();
  }
}

/** The same benchmark on engines with standbys. */
export const onStandby = (benchmark: Benchmark): Benchmark => ({
  ...benchmark,
  name: toStandbyName(benchmark),
  what: `${benchmark.what}; a commit is on two of three PostgreSQL, and Redis has two replicas`,
  measure: (environment) => measureOnStandby(benchmark, environment),
});
