/** What `npm start` shows when all is up. 80 columns, plain text, so that it can be piped and copied. Pure. */
import type { Tokens } from '../shared/auth.js';

export interface Shown {
  services: readonly { name: string; kind: string; url: string }[];
  tokens: Tokens;
  databaseUrl: string;
  redisUrl: string;
  /** As it is typed: `.data`. */
  dataDir: string;
}

const PURPOSE: Readonly<Record<string, string>> = {
  patients: 'pay here: the API',
  monitor: "operator's console",
  payments: 'a payment replica',
  gateway: 'the simulated gateway',
};

const row = (left: string, right: string): string => `  ${left.padEnd(16)} ${right}`;

/** A word for the shell, quoted when it must be. */
const word = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

export function screen({ services, tokens, databaseUrl, redisUrl, dataDir }: Shown): string {
  const patients = services.find(({ kind }) => kind === 'patients');
  return [
    '',
    'Relevo is up.',
    '',
    ...services.map(({ name, kind, url }) => row(name, `${url}   ${PURPOSE[kind] ?? ''}`.trimEnd())),
    row('Redis', redisUrl),
    row('PostgreSQL', 'with psql, or `npm run studio`:'),
    `  psql ${word(databaseUrl)}`,
    '',
    row('api token', tokens.api),
    row('operator token', tokens.operator),
    row('internal token', tokens.internal),
    '',
    'Now, in another terminal, fire 230 payments:',
    '',
    `  curl -s ${patients?.url ?? ''}/api/batches \\`,
    `    -H 'Authorization: Bearer ${tokens.api}' \\`,
    "    -H 'Content-Type: application/json' -d '{\"count\": 230}'",
    '',
    'See who leads and which process it is: npm run status',
    `Logs: ${dataDir}/logs/NAME.log   Ctrl-C stops everything.`,
    '',
  ].join('\n');
}
