/**
 * The bearer tokens of an installation: created at the first start, in a file that only its owner
 * can read.
 */
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tokens } from '../shared/http/auth.js';
import { StartError } from './errors.js';

const KINDS = ['api', 'operator', 'internal'] as const;

const makeToken = (): string => randomBytes(24).toString('base64url');

export const makeTokens = (): Tokens => ({
  api: makeToken(),
  operator: makeToken(),
  internal: makeToken(),
});

const isTokens = (value: unknown): value is Tokens =>
  typeof value === 'object' &&
  value !== null &&
  KINDS.every((kind) => typeof (value as Record<string, unknown>)[kind] === 'string');

/**
 * The tokens of an installation; null when it has no file. @throws StartError when the file cannot
 * be parsed.
 */
export function readTokens(dataDir: string): Tokens | null {
  const file = join(dataDir, 'tokens.json');
  if (!existsSync(file)) return null;
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (isTokens(value)) return value;
  } catch {
    // Thrown below.
  }
  throw new StartError(`${file} cannot be parsed; delete it, and the next start makes new tokens.`);
}

/**
 * Reads the file, and creates it on the first call. Tokens in the environment have priority and are
 * not written to the file.
 */
export function provideTokens(
  dataDir: string,
  overrides: Partial<Record<keyof Tokens, string>>,
): Tokens {
  let kept = readTokens(dataDir);
  if (!kept) {
    kept = makeTokens();
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    writeFileSync(join(dataDir, 'tokens.json'), `${JSON.stringify(kept, null, 2)}\n`, {
      mode: 0o600,
    });
  }
  chmodSync(join(dataDir, 'tokens.json'), 0o600);
  return { ...kept, ...overrides };
}
