/** The limit of single requests: an Express echo under the same load from the same generator. */
import { toMeasuredLatency, unpaid } from '../relevo/live.js';
import type { Benchmark, Measurement, BenchEnvironment } from '../benchmark.js';
import type { ClosedLoop, LoopDone } from '../load/loops.js';
import { CLOSED_LOOP, ECHO } from '../objectives.js';
import { secondsOf } from '../programs/commands.js';
import { BenchProgram } from '../programs/program.js';
import { watchUsage } from '../usage.js';
import { capPayments, getWarmUpMost, warmUpBenchmark } from '../warm-up.js';

/** Same path as in express-echo-program.ts, which cannot be imported because it is a program. */
const PATH = '/echo';

async function measureAt(
  origin: string,
  pid: number,
  environment: BenchEnvironment,
): Promise<Measurement> {
  const { generator, seed, patients, connections } = environment;
  // The same headers as for Relevo.
  const target = { origin, path: PATH, headers: { prefer: 'wait=10' } };
  let sent = 0;
  const load = (count: number): Promise<LoopDone> => {
    sent += count;
    const orders = { count, seed: seed + sent, patients };
    return generator.ask<LoopDone>('closed', { target, orders, connections } satisfies ClosedLoop);
  };
  const { rate } = await warmUpBenchmark(
    async (count) => secondsOf(await load(count)),
    getWarmUpMost(environment.payments),
  );
  const payments = capPayments(environment.payments, rate);
  const used = watchUsage({ front: [pid], generator: [generator.pid] });
  const done = await load(payments);
  const usage = used();
  const latencies = [toMeasuredLatency(CLOSED_LOOP, done)];
  return {
    payments,
    seconds: secondsOf(done),
    usage,
    latencies,
    figures: {},
    problems: unpaid(ECHO, done),
  };
}

async function measure(environment: BenchEnvironment): Promise<Measurement> {
  const source = 'experiments/bench/limits/express-echo-program.ts';
  const program = await BenchProgram.start({
    name: ECHO,
    source,
    nodeArgs: environment.nodeArgs(ECHO),
    signal: environment.signal,
    onLine: environment.onLine,
  });
  try {
    return await measureAt(await program.ask<string>('listen'), program.pid, environment);
  } finally {
    await program.end();
  }
}

export const expressEcho: Benchmark = {
  name: ECHO,
  kind: 'single',
  side: 'limit',
  what: 'Express alone: parses JSON, responds 201 with the same amount; stores nothing',
  measure,
};
