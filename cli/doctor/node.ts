/** Checks Node.js and npm: present, and new enough. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { runToEnd } from '../../local/processes/run-to-end.js';
import { atLeast } from '../../shared/version.js';
import { ok, problem, warning, type Check, type Finding } from './finding.js';

/** As in `engines` of package.json. */
const OLDEST_NODE = [20, 19] as const;
/** The first version whose `npx` runs a project's own program. */
const OLDEST_NPM = [9] as const;

/** @param npm its version; null when npm is missing. */
export function judgeNode(node: string, npm: string | null): Finding[] {
  return [
    atLeast(node, OLDEST_NODE)
      ? ok('Node.js', node)
      : problem(
          'Node.js',
          `${node} is too old; version ${OLDEST_NODE.join('.')} or newer is required.`,
          'npx --yes n 22   (or https://nodejs.org)',
        ),
    npm === null
      ? warning(
          'npm',
          'It is not on the PATH; `npm start` and `npx relevo` need it.',
          'node local/bootstrap.mjs up',
        )
      : atLeast(npm, OLDEST_NPM)
        ? ok('npm', npm)
        : warning(
            'npm',
            `${npm} is old; \`npx relevo\` needs ${OLDEST_NPM[0]} or newer.`,
            'npm install --global npm@latest',
          ),
  ];
}

const onPath = (name: string, path: string): string | null =>
  path
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, name))
    .find((file) => existsSync(file)) ?? null;

export const nodeCheck: Check = {
  name: 'node',
  async look({ env }) {
    const npm = onPath('npm', env['PATH'] ?? '');
    if (npm === null) return judgeNode(process.versions.node, null);
    const { code, output } = await runToEnd([npm, '--version', '--loglevel=silent']);
    return judgeNode(
      process.versions.node,
      code === 0 ? (output.split('\n').at(-1) ?? null) : null,
    );
  },
};
