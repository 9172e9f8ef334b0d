/**
 * Runs the same traffic and the same failures against a single server, the published design and
 * Relevo, one after the other, each with its own engines. The verdict is Relevo's. A rule that a
 * baseline breaks is an expected result: the report shows it, and the verdict ignores it.
 */
import { PUBLISHED, SINGLE_SERVER } from '../baselines/baseline-systems.js';
import type { RunRecord } from '../record/run-record.js';
import { describeMachine } from '../system/machine.js';
import { compareTable } from '../report/compare-table.js';
import { RELEVO } from '../system/system-under-test.js';
import { availabilityMethod } from './availability-method.js';
import { everyPayment, morePayments } from './availability-objectives.js';
import { trafficOf, type AvailabilityContext } from './availability-options.js';
import { measureSystem, toSystemRecord, type Measured } from './with-cluster.js';
import { startResult, type Findings } from './result-maker.js';

/** @throws as `measure`. */
export async function compareSystems(context: AvailabilityContext): Promise<RunRecord> {
  const {
    command,
    options: { deadline: deadlineMs, seed },
  } = context;
  const { makeResult } = startResult('availability', seed);
  const method = availabilityMethod(context);
  const single = await measureSystem(SINGLE_SERVER, method, context);
  const published = await measureSystem(PUBLISHED, method, context);
  const relevo = await measureSystem(RELEVO, method, context);
  const all = [single, published, relevo] as const;
  const result = makeResult(toFindings(context, all));
  const systems = all.map(toSystemRecord);
  context.print(compareTable(result, systems, trafficOf(context.options)));
  return {
    result,
    command,
    deadlineMs,
    machine: describeMachine(relevo.versions),
    plan: null,
    systems,
  };
}

function toFindings(
  { options: { deadline, failures } }: AvailabilityContext,
  all: readonly [Measured, Measured, Measured],
): Findings {
  const [, published, relevo] = all;
  // Without failures the published design loses no payments.
  const more = failures === 0 ? [] : [morePayments(published.total, relevo.total)];
  return {
    verdict: relevo.verdict,
    violations: relevo.violations,
    objectives: [everyPayment(deadline, relevo.total), ...more],
    systems: all.map(({ subject, trials, total }) => ({ system: subject.name, trials, total })),
  };
}
