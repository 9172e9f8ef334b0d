/** The table as docs/security.md shows it: what is asked, who is let in, what it changes. */
import { AROUND, TABLE } from './table.js';
import { CALLERS, SERVICES, type Caller, type Row } from './vocabulary.js';

/** Who may, in words; a session may always look where it may act. */
function whoOf({ who }: Row): string {
  if (CALLERS.every((caller) => who.includes(caller))) return 'anybody';
  const words: Partial<Record<Caller, string>> = { api: 'api', operator: 'operator', internal: 'internal', session: 'signed in' };
  const named = who.filter((caller) => words[caller] !== undefined).map((caller) => words[caller]);
  return who.includes('no token') ? 'anybody; a session with proof of its page' : named.join(', ');
}

/** Routes that differ in nothing share a line. */
function linesOf(rows: readonly Row[]): string[] {
  const groups = new Map<string, string[]>();
  for (const row of rows) {
    const key = `${whoOf(row)} | ${row.changes ?? ''}`;
    groups.set(key, [...(groups.get(key) ?? []), `\`${row.entrance}\``]);
  }
  return [...groups].map(([key, entrances]) => `| ${[...new Set(entrances)].join('<br>')} | ${key} |`);
}

/** Markdown, ended by a line feed. */
export function docsTable(): string {
  const tables = SERVICES.map((service) => {
    const mounted = AROUND[service].filter((entrance) => entrance.startsWith('USE /')).map((entrance) => entrance.replace('USE ', ''));
    const beside = mounted.length === 0 ? '' : `\nMounted beside the routes, for who is signed in or shows the operator token: ${mounted.map((path) => `\`${path}/…\``).join(', ')}.\n`;
    return `### ${service}\n\n| route | who | changes |\n|---|---|---|\n${linesOf(TABLE[service]).join('\n')}\n${beside}`;
  });
  return tables.join('\n');
}
