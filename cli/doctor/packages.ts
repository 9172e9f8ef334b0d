/**
 * Checks the npm packages and the generated Prisma client. (local/setup/bare-doctor.mjs runs
 * instead when no packages are installed.)
 */
import { ROOT } from '../../local/root.js';
import { isInstalled } from '../../local/setup/packages.mjs';
import { isGenerated } from '../../local/setup/prisma.mjs';
import { ok, problem, warning, type Check, type Finding } from './finding.js';

export function judgePackages(areInstalled: boolean, isGenerated: boolean): Finding[] {
  return [
    areInstalled
      ? ok('packages', 'match package-lock.json')
      : problem('packages', 'The packages differ from package-lock.json.', 'npm ci'),
    isGenerated
      ? ok('Prisma', 'client matches the schema')
      : warning(
          'Prisma',
          'The client is missing or outdated; the next start generates it.',
          'npx relevo setup',
        ),
  ];
}

export const packagesCheck: Check = {
  name: 'packages',
  look: async () => judgePackages(isInstalled(ROOT), isGenerated(ROOT)),
};
