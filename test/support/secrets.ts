/** Searches what systems wrote for their own secrets. Whatever system a test starts, its logs are searched when it has ended. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Secrets = Readonly<Record<string, string>>;

/** Shorter ones would be found by chance. */
const SHORTEST = 12;
/** A header that somebody else's token would be in. */
const HEADERS = /\bBearer\s+(?!\[redacted\])[\w-]{12,}|\bset-cookie['"]?\s*:/i;

const passwordOf = (url: string): string => decodeURIComponent(new URL(url).password);

export const secretsOf = (tokens: Secrets, databaseUrl: string, redisUrl: string): Secrets =>
  ({ ...tokens, 'database password': passwordOf(databaseUrl), 'redis password': passwordOf(redisUrl) });

/** Which secrets stand where; the secrets themselves are not told. @param texts what was written, by name. */
export function leaksIn(texts: Iterable<readonly [string, string]>, secrets: Secrets): string[] {
  const searched = Object.entries(secrets).filter(([, secret]) => secret.length >= SHORTEST);
  return [...texts].flatMap(([name, text]) => [
    ...searched.filter(([, secret]) => text.includes(secret)).map(([kind]) => `${name} has the ${kind}`),
    ...(HEADERS.test(text) ? [`${name} has a header with a token or a cookie`] : []),
  ]);
}

/** The same for the logs that an installation keeps in its folder. */
export function leaksInFolder(dataDir: string): string[] {
  const read = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '');
  const tokens = read(join(dataDir, 'tokens.json'));
  const logs = existsSync(join(dataDir, 'logs')) ? readdirSync(join(dataDir, 'logs')).map((name) => join('logs', name)) : [];
  const password = (engine: string): string => read(join(dataDir, engine, 'relevo.password')).trim();
  const passwords = { 'database password': password('postgres'), 'redis password': password('redis') };
  const secrets = { ...(tokens === '' ? {} : (JSON.parse(tokens) as Secrets)), ...passwords };
  return leaksIn(['up.log', ...logs].map((name) => [name, read(join(dataDir, name))] as const), secrets);
}
