/**
 * The text of `npm start` when every process is up. Plain text in 80 columns, so that it can be
 * piped and copied. Pure.
 */
import { TEXT_WIDTH } from '../shared/arguments/wrap.js';
import type { Tokens } from '../shared/http/auth.js';
import { lookHint, quoteForShell } from './command-hint.js';

export interface ScreenContent {
  services: readonly { name: string; kind: string; url: string }[];
  /** Null: there is none. */
  balancer: { name: string; url: string; adminUrl: string } | null;
  /** Null: hidden, because this text goes to a file. */
  tokens: Tokens | null;
  databaseUrl: string;
  redisUrl: string;
  /** As a user types it: `.data`. */
  dataDir: string;
  /** The environment whose RELEVO_DATA the shown commands must include. */
  env: Readonly<Record<string, string | undefined>>;
}

const PURPOSE: Readonly<Record<string, string>> = {
  patients: 'staff pages and payments API',
  monitor: 'detects failures, elects the leader',
  payments: 'a payment replica',
  gateway: 'the simulated gateway',
  measurements: 'collects the means of the rounds',
  device: 'measures a replica',
  haproxy: 'balances the patients instances',
  apache: 'balances the patients instances',
  nginx: 'balances the patients instances',
};

/** In one line, or in two when one is too long. */
function row(left: string, right: string): string {
  const line = `  ${left.padEnd(16)} ${right}`;
  return line.length <= TEXT_WIDTH ? line : `  ${left}\n  ${right}`;
}

/** Characters that a shell keeps in double quotes. */
const KEPT = /^[^"$`\\!]*$/;

/**
 * The command of psql. With several hosts it has a second line: in double quotes, a shell joins
 * lines that end with a backslash.
 */
function formatPsql(url: string): string {
  const line = `  psql ${quoteForShell(url)}`;
  const end = url.indexOf(',') + 1;
  if (line.length <= TEXT_WIDTH || end === 0 || !KEPT.test(url)) return line;
  return `  psql "${url.slice(0, end)}\\\n${url.slice(end)}"`;
}

/** The pages for users, each at the first instance that serves it. */
function pages({ services, balancer }: ScreenContent): string[] {
  const of = (kind: string): string | undefined =>
    services.find((service) => service.kind === kind)?.url;
  const [patients, monitor] = [balancer?.url ?? of('patients'), of('monitor')];
  const measurements = of('measurements');
  return [
    ...(patients ? [row('staff pages', `${patients}/`)] : []),
    ...(monitor ? [row('console', `${monitor}/`)] : []),
    ...(patients ? [row('API documents', `${patients}/docs`)] : []),
    ...(measurements ? [row('measurements', `${measurements}/`)] : []),
    ...(balancer ? [row(`page of ${balancer.name}`, balancer.adminUrl)] : []),
  ];
}

function secrets({ tokens, databaseUrl, env }: ScreenContent): string[] {
  if (!tokens)
    return [
      row('PostgreSQL', lookHint('npm run studio', env)),
      row('tokens', lookHint('npx relevo tokens', env)),
    ];
  return [
    row('PostgreSQL', `with psql, or \`${lookHint('npm run studio', env)}\`:`),
    formatPsql(databaseUrl),
    '',
    row('api token', tokens.api),
    row('operator token', tokens.operator),
    row('internal token', tokens.internal),
  ];
}

export function formatScreen(shown: ScreenContent): string {
  const { services, tokens, redisUrl, dataDir, env } = shown;
  const end = tokens
    ? 'Ctrl-C stops everything.'
    : `${lookHint('npm stop', env)} stops everything.`;
  return [
    '',
    'Relevo is up.',
    '',
    ...pages(shown),
    '',
    ...services.map(({ name, kind, url }) =>
      row(name, `${url}   ${PURPOSE[kind] ?? ''}`.trimEnd()),
    ),
    row('Redis', redisUrl),
    ...secrets(shown),
    '',
    'Now, in another terminal:',
    '',
    `  ${lookHint('npx relevo batch --count 230', env)}`,
    `  ${lookHint('npx relevo status', env)}`,
    '',
    'send 230 payments, then show the leader and its process id.',
    `Logs: ${dataDir}/logs/NAME.log   ${end}`,
    '',
  ].join('\n');
}
