/** The npm packages and what is generated from them. (Without any packages local/setup/bare-doctor.mjs speaks.) */
import { ROOT } from '../../local/root.js';
import { installed } from '../../local/setup/packages.mjs';
import { generated } from '../../local/setup/prisma.mjs';
import { ok, problem, warning, type Check, type Finding } from './finding.js';

export function judgePackages(areInstalled: boolean, isGenerated: boolean): Finding[] {
  return [
    areInstalled ? ok('packages', 'those of package-lock.json') : problem('packages', 'They are not those of package-lock.json.', 'npm ci'),
    isGenerated
      ? ok('Prisma', 'client is of this schema')
      : warning('Prisma', 'The client is missing or of another schema; the next start makes it.', 'npx relevo setup'),
  ];
}

export const packagesCheck: Check = {
  name: 'packages',
  look: async () => judgePackages(installed(ROOT), generated(ROOT)),
};
