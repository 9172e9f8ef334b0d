/**
 * Checks programs that the examples of the documentation and some tests use. Relevo itself does not
 * need them.
 */
import { existsSync } from 'node:fs';
import { findProgram } from '../../local/setup/programs.mjs';
import { installCommand, ok, warning, type Check, type Finding } from './finding.js';

interface Tool {
  names: readonly string[];
  for: string;
  debian: string;
  brew: string;
}

const TOOLS: readonly Tool[] = [
  { names: ['curl'], for: 'examples in the documentation', debian: 'curl', brew: 'curl' },
  { names: ['jq'], for: 'examples in the documentation', debian: 'jq', brew: 'jq' },
  { names: ['psql'], for: 'queries by hand', debian: 'postgresql-client', brew: 'libpq' },
  {
    names: ['chromium', 'chromium-browser', 'google-chrome'],
    for: 'browser tests',
    debian: 'chromium',
    brew: '--cask chromium',
  },
  { names: ['promtool'], for: 'tests of the alerts', debian: 'prometheus', brew: 'prometheus' },
];

/** @param places path of each tool, in the order of `tools`; null: not found. */
export function judgeTools(
  places: readonly (string | null)[],
  tools: readonly Tool[] = TOOLS,
): Finding[] {
  const there = tools.filter((_tool, index) => places[index]).map(({ names }) => names[0] ?? '');
  const missing = tools.filter((_tool, index) => !places[index]);
  return [
    ...(there.length > 0 ? [ok('tools', there.join(', '))] : []),
    ...missing.map((tool) =>
      warning(
        tool.names[0] ?? '',
        `It is not installed; only ${tool.for} need it.`,
        installCommand(tool.debian, tool.brew),
      ),
    ),
  ];
}

/** A browser on macOS is not a program on the PATH. */
const APPLICATIONS = ['/Applications/Google Chrome.app', '/Applications/Chromium.app'];

const findPlace = ({ names }: Tool): string | null =>
  findProgram(names) ??
  (names.includes('chromium') ? (APPLICATIONS.find((path) => existsSync(path)) ?? null) : null);

export const toolsCheck: Check = {
  name: 'tools',
  look: async () => judgeTools(TOOLS.map(findPlace)),
};
