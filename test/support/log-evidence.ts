/**
 * Keeps what the systems of a test run write, and the secrets that they must not write, in the folder TEST_LOGS that `npm test` makes: one
 * log a source, one line of JSON a secret. log-search.ts searches all logs for all secrets when the run has ended.
 */
import { appendFileSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';

export interface Secret {
  /** Told when it is found; the value is not. */
  kind: string;
  value: string;
  /** Found as a whole word only: short ones and words of people's names stand inside of other words by chance. */
  whole: boolean;
}

/** A shorter one is found by chance; a test that has such a secret must take a longer one. */
export const SHORTEST = 6;
/** From here on a secret is found inside of longer words, too. */
const SHORTEST_INSIDE = 12;

const folder = (): string => process.env['TEST_LOGS'] ?? '';
const known = new Set<string>();
let source = 'run';

/** Names what is kept from now on. @param testFile such as `integration/cli/background.test.ts`. */
export function keepFor(testFile: string): void {
  source = testFile.replaceAll('/', '--');
}

/** Nothing is kept outside of `npm test`. */
export const isKept = (): boolean => folder() !== '';

/** @param personal a fact about a patient. */
export function keepSecret(kind: string, value: string, personal = false): void {
  if (!isKept() || value === '' || known.has(value)) return;
  known.add(value);
  const secret: Secret = { kind, value, whole: personal || value.length < SHORTEST_INSIDE };
  appendFileSync(join(folder(), `${process.pid}.secrets`), `${JSON.stringify(secret)}\n`, { mode: 0o600 });
}

/** The password of an address; nothing when it has none. */
export function keepPassword(kind: string, url: string): void {
  keepSecret(kind, URL.canParse(url) ? decodeURIComponent(new URL(url).password) : '');
}

/** What a service was told: its tokens, and the passwords of its engines. */
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

/** A system begins to write: its log must not be empty at the end. */
export function keepSource(name: string): void {
  if (isKept()) appendFileSync(placeOf(`${name}.log`), '');
}

export function keepLine(name: string, line: string): void {
  if (isKept()) appendFileSync(placeOf(`${name}.log`), `${line}\n`);
}

const readIfThere = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '');

/** The logs in a folder as they are now; one that was kept before is replaced by its longer self, one that was moved stays beside it. */
function copyLogs(from: string, prefix: string): void {
  if (!existsSync(from)) return;
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (!entry.isFile() || !/\.log\b/.test(entry.name)) continue;
    const path = join(from, entry.name);
    const found = statSync(path, { throwIfNoEntry: false }); // A running system may move it at any moment.
    if (found) copyFileSync(path, placeOf(`${prefix}-${entry.name}-${found.ino}-${Math.round(found.birthtimeMs)}`));
  }
}

/** What an installation keeps in its data folder: logs and secrets. */
export function keepInstallation(dataDir: string): void {
  if (!isKept() || !existsSync(dataDir)) return;
  const tokens = readIfThere(join(dataDir, 'tokens.json'));
  if (tokens.startsWith('{')) Object.entries(JSON.parse(tokens) as Record<string, string>).forEach(([kind, value]) => keepSecret(`${kind} token`, value));
  for (const engine of ['postgres', 'redis']) keepSecret(`password of ${engine}`, readIfThere(join(dataDir, engine, 'relevo.password')).trim());
  copyLogs(dataDir, basename(dataDir));
  copyLogs(join(dataDir, 'logs'), basename(dataDir));
}

/** What an experiment left in the folder where it ran. */
export function keepReports(place: string): void {
  if (isKept()) copyLogs(join(place, 'reports'), basename(place));
}
