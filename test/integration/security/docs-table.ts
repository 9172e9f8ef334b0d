/** The table in docs/security.md: routes, permitted callers, changes. */
import { AROUND, TABLE } from './table.js';
import { CALLERS, SERVICES, type Caller, type Row } from './vocabulary.js';

/** The permitted callers as text; a session that may act may always read. */
function whoOf({ who }: Row): string {
  if (CALLERS.every((caller) => who.includes(caller))) return 'any caller';
  const words: Partial<Record<Caller, string>> = {
    api: 'api',
    operator: 'operator',
    internal: 'internal',
    session: 'signed in',
  };
  const named = who.filter((caller) => words[caller] !== undefined).map((caller) => words[caller]);
  return who.includes('no token')
    ? 'any caller; a session only with proof of its page'
    : named.join(', ');
}

/** Routes with equal rows share a line. */
function linesOf(rows: readonly Row[]): string[] {
  const groups = new Map<string, string[]>();
  for (const row of rows) {
    const key = `${whoOf(row)} | ${row.changes ?? ''}`;
    groups.set(key, [...(groups.get(key) ?? []), `\`${row.entrance}\``]);
  }
  return [...groups].map(
    ([key, entrances]) => `| ${[...new Set(entrances)].join('<br>')} | ${key} |`,
  );
}

/** Markdown, ended by a line feed. */
export function docsTable(): string {
  const tables = SERVICES.map((service) => {
    const mounted = AROUND[service]
      .filter((entrance) => entrance.startsWith('USE /'))
      .map((entrance) => entrance.replace('USE ', ''));
    const beside =
      mounted.length === 0
        ? ''
        : `\nMounted beside the routes, for callers with a session or the operator token: ${mounted.map((path) => `\`${path}/…\``).join(', ')}.\n`;
    return `### ${service}\n\n| route | who | changes |\n|---|---|---|\n${linesOf(TABLE[service]).join('\n')}\n${beside}`;
  });
  return tables.join('\n');
}
