/** Programs that some commands of the pages use, and that only tests need. Nothing of Relevo itself waits for them. */
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
  { names: ['curl'], for: 'examples of the pages', debian: 'curl', brew: 'curl' },
  { names: ['jq'], for: 'examples of the pages', debian: 'jq', brew: 'jq' },
  { names: ['psql'], for: 'queries by hand', debian: 'postgresql-client', brew: 'libpq' },
  { names: ['chromium', 'chromium-browser', 'google-chrome'], for: 'browser tests', debian: 'chromium', brew: '--cask chromium' },
  { names: ['promtool'], for: 'tests of the alerts', debian: 'prometheus', brew: 'prometheus' },
];

/** @param places where each tool is, in the order of the list above; null: nowhere. */
export function judgeTools(places: readonly (string | null)[], tools: readonly Tool[] = TOOLS): Finding[] {
  const there = tools.filter((_tool, index) => places[index]).map(({ names }) => names[0] ?? '');
  const missing = tools.filter((_tool, index) => !places[index]);
  return [
    ...(there.length > 0 ? [ok('tools', there.join(', '))] : []),
    ...missing.map((tool) => warning(tool.names[0] ?? '', `It is not here; only ${tool.for} need it.`, installCommand(tool.debian, tool.brew))),
  ];
}

/** A browser of macOS is no program on the PATH. */
const APPLICATIONS = ['/Applications/Google Chrome.app', '/Applications/Chromium.app'];

const placeOf = ({ names }: Tool): string | null =>
  findProgram(names) ?? (names.includes('chromium') ? (APPLICATIONS.find((path) => existsSync(path)) ?? null) : null);

export const toolsCheck: Check = { name: 'tools', look: async () => judgeTools(TOOLS.map(placeOf)) };
