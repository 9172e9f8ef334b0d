/**
 * How the record keeps an authorization code: `scrypt$<log2 N>$<salt>$<key>`, both in base64url, so that no code can be read from a table,
 * a backup or a screen. A code has few digits: a hash makes an offline search slow, it does not prevent it. The functions take a code in
 * its normal form (`codeForm` of patients/core/identification.ts).
 */
import { createHash, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

const SCHEME = 'scrypt$';
/** Cost of a new hash: 16 MB and some 30 ms. */
const LOG2_N = 14;
/** Largest cost that is computed: 64 MB. A stored text that asks for another cost is no hash of ours. */
const LOG2_N_MAX = 16;
const BLOCK = 8;
const SALT_BYTES = 16;
const KEY_BYTES = 32;
/** Of base64url, without padding: 16 and 32 bytes. */
const HASH = /^scrypt\$(\d{2})\$([\w-]{22})\$([\w-]{43})$/;

/** Fewer than the four threads of Node's pool, so that files and names of hosts are still looked up meanwhile. */
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

/** Null: the text is no hash, or one with a cost that is not computed. */
function readHash(stored: string): CodeHash | null {
  const [, log2N = '', salt = '', key = ''] = HASH.exec(stored) ?? [];
  const hash = { log2N: Number(log2N), salt: Buffer.from(salt, 'base64url'), key: Buffer.from(key, 'base64url') };
  return hash.log2N >= LOG2_N && hash.log2N <= LOG2_N_MAX ? hash : null;
}

/** Whether a stored text is a code that still has to be hashed; an empty one is no code. As in the index `patient_plain_code`. */
export const isPlainCode = (stored: string): boolean => stored !== '' && !stored.startsWith(SCHEME);

/** A hash with a salt of its own. */
export async function hashCode(form: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const key = await derive(form, { log2N: LOG2_N, salt });
  return `${SCHEME}${LOG2_N}$${salt.toString('base64url')}$${key.toString('base64url')}`;
}

/** Hashes in the order of the codes, a few at the same time. */
export async function hashCodes(forms: readonly string[]): Promise<string[]> {
  const hashes: string[] = [];
  let next = 0;
  const hashOneByOne = async (): Promise<void> => {
    for (let index = next++; index < forms.length; index = next++) hashes[index] = await hashCode(forms[index] as string);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, hashOneByOne));
  return hashes;
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/**
 * Whether a code is the stored one. The work is one scrypt, whatever is stored: a hash, a plain code, or null because there is no such
 * patient. An empty code and an odd stored text match nothing.
 * @param formOf gives the normal form of a plain code.
 */
export async function isCodeOf(form: string, stored: string | null, formOf: (plain: string) => string): Promise<boolean> {
  const text = stored ?? '';
  const hash = readHash(text);
  const key = await derive(form, hash ?? { log2N: LOG2_N, salt: randomBytes(SALT_BYTES) });
  const isSamePlain = timingSafeEqual(digest(form), digest(formOf(text)));
  const isSame = hash ? timingSafeEqual(key, hash.key) : isPlainCode(text) && isSamePlain;
  return isSame && form !== '';
}
