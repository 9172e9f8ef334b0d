/** Every check, in the order of the report. */
import { completeCommands } from '../../local/command-hint.js';
import { balancerCheck } from './balancer.js';
import { clockCheck } from './clock.js';
import { dataFolderCheck } from './data-folder.js';
import { databaseCheck } from './database.js';
import { diskCheck } from './disk.js';
import { enginesCheck } from './engines.js';
import { problem, type Check, type Finding, type Surroundings } from './finding.js';
import { measurementsCheck } from './measurements.js';
import { limitsCheck } from './limits.js';
import { nodeCheck } from './node.js';
import { packagesCheck } from './packages.js';
import { portsCheck } from './ports.js';
import { recordCheck } from './record.js';
import { redisCheck } from './redis.js';
import { servicesCheck } from './services.js';
import { toolsCheck } from './tools.js';

const CHECKS: readonly Check[] = [
  nodeCheck,
  packagesCheck,
  enginesCheck,
  toolsCheck,
  portsCheck,
  dataFolderCheck,
  diskCheck,
  limitsCheck,
  clockCheck,
  databaseCheck,
  recordCheck,
  redisCheck,
  servicesCheck,
  balancerCheck,
  measurementsCheck,
];

/**
 * Runs all checks concurrently and reports them in order, with commands for this installation. A
 * check that fails is reported as a problem.
 */
export async function examine(
  around: Surroundings,
  checks: readonly Check[] = CHECKS,
): Promise<Finding[]> {
  const found = await Promise.all(
    checks.map(async (check) => {
      try {
        return await check.look(around);
      } catch (error) {
        return [
          problem(
            check.name,
            `This check failed: ${(error as Error).message}.`,
            'npx relevo doctor --json',
          ),
        ];
      }
    }),
  );
  return found
    .flat()
    .map(({ fix, ...finding }) => ({ ...finding, fix: fix && completeCommands(fix, around.env) }));
}
