/**
 * Replaces the plain authorization codes of the record by their hashes. A hospital imports patients with SQL, so a plain code may appear at
 * any time; until it is converted it identifies its patient as well. Every few seconds the service looks at a partial index, which is empty
 * as a rule. Codes are hashed one at a time, and after a full chunk there is a pause as long as the work. Several instances may convert at
 * the same time: a code is replaced only where it is still the one that was read, and an instance that comes second leaves the rest to the
 * first.
 */
import { sleep } from '../shared/clock.js';
import { hashCode } from '../shared/code-hash.js';
import type { Logger } from '../shared/logger.js';
import { describeRefusal, isPassing, isRefused, type Queryable } from '../shared/postgres.js';
import { codeForm } from './core/identification.js';

/** Between two looks for plain codes, and while PostgreSQL is away, ms. */
const LOOK_MS = 5_000;
/** After a failure that may last, ms: to try again costs a hash and a line of the log. */
const FAILED_MS = 60_000;
/** Codes that are read at once. */
const CHUNK = 100;

/** The condition is that of the index `patient_plain_code`. */
const PLAIN = `
SELECT id, authorization_code AS code FROM patient
 WHERE authorization_code <> '' AND authorization_code NOT LIKE 'scrypt$%' AND id > $1
 ORDER BY id LIMIT ${CHUNK}`;

const CONVERT = 'UPDATE patient SET authorization_code = $3 WHERE id = $1 AND authorization_code = $2';

const FIRST = '00000000-0000-0000-0000-000000000000';

export interface Conversion {
  /** Ends after the code that is being converted. */
  stop(): Promise<void>;
}

export interface ConversionDeps {
  db: Queryable;
  logger: Logger;
  /** Replaced in tests. */
  hash?: (form: string) => Promise<string>;
}

interface PlainRow {
  id: string;
  code: string;
}

/** How a code fared; `taken`: another instance, or the hospital, has changed it meanwhile. */
type Fate = 'converted' | 'taken' | 'refused';

/** SQLSTATE of a statement that ran out of time (the row is locked), or lost against another one. */
const CONTENDED = new Set(['57014', '55P03', '40001', '40P01']);

const isAboutRow = (error: unknown): boolean => isRefused(error) || CONTENDED.has(String((error as { code?: unknown }).code));

/** An error of PostgreSQL about a row may quote the row, so that only its code is logged. @throws every other error */
async function convert({ db, logger, hash = hashCode }: ConversionDeps, { id, code }: PlainRow): Promise<Fate> {
  try {
    const { rowCount } = await db.query({ name: 'convert-code', text: CONVERT, values: [id, code, await hash(codeForm(code))] });
    return rowCount === 1 ? 'converted' : 'taken';
  } catch (error) {
    if (!isAboutRow(error)) throw error;
    logger.warn({ reason: describeRefusal(error) }, 'an authorization code could not be replaced by its hash');
    return 'refused';
  }
}

/** Where the next look begins, and after what time. */
interface NextLook {
  after: string;
  pauseMs: number;
}

/** Converts the plain codes of one chunk of patients. */
export async function convertChunk(deps: ConversionDeps, after = FIRST, signal?: AbortSignal): Promise<NextLook> {
  const began = performance.now();
  const { rows } = await deps.db.query<PlainRow>({ name: 'plain-codes', text: PLAIN, values: [after] });
  const fates: Fate[] = [];
  for (const row of rows) {
    if (signal?.aborted || fates.at(-1) === 'taken') break;
    fates.push(await convert(deps, row));
  }
  const converted = fates.filter((fate) => fate === 'converted').length;
  if (converted > 0) deps.logger.info({ converted }, 'plain authorization codes were replaced by their hashes');
  if (fates.includes('taken') || rows.length < CHUNK) return { after: FIRST, pauseMs: fates.includes('refused') ? FAILED_MS : LOOK_MS };
  return { after: rows.at(-1)?.id ?? FIRST, pauseMs: performance.now() - began };
}

/** Begins at once and goes on until it is stopped. What fails is logged and tried again. */
export function startConversion(deps: ConversionDeps): Conversion {
  const stopping = new AbortController();
  const goOn = async (): Promise<void> => {
    let next: NextLook = { after: FIRST, pauseMs: 0 };
    while (!stopping.signal.aborted) {
      next = await convertChunk(deps, next.after, stopping.signal).catch((error: unknown) => {
        deps.logger[isPassing(error) ? 'debug' : 'warn']({ err: error }, 'plain authorization codes cannot be converted now');
        return { after: FIRST, pauseMs: isPassing(error) ? LOOK_MS : FAILED_MS };
      });
      await sleep(next.pauseMs, stopping.signal).catch(() => undefined);
    }
  };
  const going = goOn();
  return {
    async stop() {
      stopping.abort();
      await going;
    },
  };
}
