/**
 * Collects the logs of all systems of a test run, and the secrets that must not appear in them, in
 * the folder TEST_LOGS of `npm test`: one log per source, one line of JSON per secret.
 * log-search.ts searches all logs for all secrets when the run has ended.
 */
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
} from 'node:fs';
import { basename, join } from 'node:path';

export interface Secret {
  /** Reported when the secret is found; the value is not. */
  kind: string;
  value: string;
  /**
   * Matches whole words only: short secrets and words of people's names occur inside other words by
   * chance.
   */
  whole: boolean;
}

/** Shortest secret: a shorter one would match by chance, so a test must use a longer one. */
export const SHORTEST = 6;
/** From this length on a secret also matches inside longer words. */
const SHORTEST_INSIDE = 12;

const folder = (): string => process.env['TEST_LOGS'] ?? '';
const known = new Set<string>();
let source = 'run';

/**
 * Sets the source of all further evidence. @param testFile such as
 * `test/integration/cli/background.test.ts`.
 */
export function keepFor(testFile: string): void {
  source = testFile.replaceAll('/', '--');
}

/** False outside of `npm test`: nothing is collected. */
export const isKept = (): boolean => folder() !== '';

/** @param personal a fact about a patient. */
export function keepSecret(kind: string, value: string, personal = false): void {
  if (!isKept() || value === '' || known.has(value)) return;
  known.add(value);
  const secret: Secret = { kind, value, whole: personal || value.length < SHORTEST_INSIDE };
  appendFileSync(join(folder(), `${process.pid}.secrets`), `${JSON.stringify(secret)}\n`, {
    mode: 0o600,
  });
}

/** Keeps the password of an address, if it has one. */
export function keepPassword(kind: string, url: string): void {
  keepSecret(kind, URL.canParse(url) ? decodeURIComponent(new URL(url).password) : '');
}

/** Keeps the secrets in a service's environment: its tokens, and the passwords of its engines. */
export function keepEnvironment(env: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value = ''] of Object.entries(env)) {
    if (name.endsWith('_TOKEN')) keepSecret(name, value);
    if (name.endsWith('_URL')) keepPassword(`password of ${name}`, value);
  }
}

function placeOf(name: string): string {
  const place = join(folder(), 'logs', source);
  mkdirSync(place, { recursive: true });
  return join(place, name);
}

/** A system starts to write: its log must not be empty at the end. */
export function keepSource(name: string): void {
  if (isKept()) appendFileSync(placeOf(`${name}.log`), '');
}

export function keepLine(name: string, line: string): void {
  if (isKept()) appendFileSync(placeOf(`${name}.log`), `${line}\n`);
}

const readIfThere = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '');

/**
 * Copies the logs of a folder. A longer version replaces an earlier copy of the same file; a moved
 * log stays beside it.
 */
function copyLogs(from: string, prefix: string): void {
  if (!existsSync(from)) return;
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (!entry.isFile() || !/\.log\b/.test(entry.name)) continue;
    const path = join(from, entry.name);
    // A running system may move it at any time.
    const found = statSync(path, { throwIfNoEntry: false });
    if (found)
      copyFileSync(
        path,
        placeOf(`${prefix}-${entry.name}-${found.ino}-${Math.round(found.birthtimeMs)}`),
      );
  }
}

/** Keeps the logs and secrets in the data folder of an installation. */
export function keepInstallation(dataDir: string): void {
  if (!isKept() || !existsSync(dataDir)) return;
  const tokens = readIfThere(join(dataDir, 'tokens.json'));
  if (tokens.startsWith('{'))
    Object.entries(JSON.parse(tokens) as Record<string, string>).forEach(([kind, value]) =>
      keepSecret(`${kind} token`, value),
    );
  for (const engine of ['postgres', 'redis'])
    keepSecret(
      `password of ${engine}`,
      readIfThere(join(dataDir, engine, 'relevo.password')).trim(),
    );
  copyLogs(dataDir, basename(dataDir));
  copyLogs(join(dataDir, 'logs'), basename(dataDir));
}

/** Keeps the reports that an experiment left in its folder. */
export function keepReports(place: string): void {
  if (isKept()) copyLogs(join(place, 'reports'), basename(place));
}
