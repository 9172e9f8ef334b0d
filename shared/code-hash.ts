/**
 * Hashes authorization codes for storage: `scrypt$<log2 N>$<salt>$<key>`, salt and key in
 * base64url. No code can be read from a table, a backup or a screen. A code has few digits: a hash
 * slows an offline search but does not prevent it. All functions take a code in its normal form
 * (`codeForm` of patients/core/identification.ts).
 */
import { createHash, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

const SCHEME = 'scrypt$';
/** Cost of a new hash: 16 MB and some 30 ms. */
const LOG2_N = 14;
/** Largest cost that is computed: 64 MB. A stored text with another cost is not a hash of ours. */
const LOG2_N_MAX = 16;
const BLOCK = 8;
const SALT_BYTES = 16;
const KEY_BYTES = 32;
/** base64url without padding: 16 and 32 bytes. */
const HASH = /^scrypt\$(\d{2})\$([\w-]{22})\$([\w-]{43})$/;

/**
 * Fewer than the four threads of Node's pool, so that file access and DNS lookups are not blocked.
 */
const AT_ONCE = 3;

interface CodeHash {
  log2N: number;
  salt: Buffer;
  key: Buffer;
}

function derive(form: string, { log2N, salt }: Pick<CodeHash, 'log2N' | 'salt'>): Promise<Buffer> {
  const cost = { N: 2 ** log2N, r: BLOCK, p: 1, maxmem: 2 * 128 * BLOCK * 2 ** log2N };
  return new Promise((resolve, reject) => {
    scrypt(form, salt, KEY_BYTES, cost, (error, key) => (error ? reject(error) : resolve(key)));
  });
}

/** Null: the text is not a hash, or its cost is outside the limits. */
function readHash(stored: string): CodeHash | null {
  const [, log2N = '', salt = '', key = ''] = HASH.exec(stored) ?? [];
  const hash = {
    log2N: Number(log2N),
    salt: Buffer.from(salt, 'base64url'),
    key: Buffer.from(key, 'base64url'),
  };
  return hash.log2N >= LOG2_N && hash.log2N <= LOG2_N_MAX ? hash : null;
}

/**
 * Whether a stored text is a code that is not hashed yet; empty text is no code. Index
 * `patient_plain_code` uses the same condition.
 */
export const isPlainCode = (stored: string): boolean => stored !== '' && !stored.startsWith(SCHEME);

/** Hashes with a new salt. */
export async function hashCode(form: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const key = await derive(form, { log2N: LOG2_N, salt });
  return `${SCHEME}${LOG2_N}$${salt.toString('base64url')}$${key.toString('base64url')}`;
}

/** Hashes codes in parallel, `AT_ONCE` at a time; the result keeps the order of the codes. */
export async function hashCodes(forms: readonly string[]): Promise<string[]> {
  const hashes: string[] = [];
  let next = 0;
  const hashOneByOne = async (): Promise<void> => {
    for (let index = next++; index < forms.length; index = next++)
      hashes[index] = await hashCode(forms[index] as string);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, hashOneByOne));
  return hashes;
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/**
 * Whether a code equals the stored one. Each call costs one scrypt, whether the stored text is a
 * hash, a plain code or null (unknown patient), so that all cases take equally long. An empty code
 * and a malformed stored text never match.
 * @param formOf returns the normal form of a plain code.
 */
export async function isCodeOf(
  form: string,
  stored: string | null,
  formOf: (plain: string) => string,
): Promise<boolean> {
  const text = stored ?? '';
  const hash = readHash(text);
  const key = await derive(form, hash ?? { log2N: LOG2_N, salt: randomBytes(SALT_BYTES) });
  const isSamePlain = timingSafeEqual(digest(form), digest(formOf(text)));
  const isSame = hash ? timingSafeEqual(key, hash.key) : isPlainCode(text) && isSamePlain;
  return isSame && form !== '';
}
