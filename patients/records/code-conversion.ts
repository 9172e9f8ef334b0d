/**
 * Replaces plain authorization codes in the database by their hashes. A hospital imports patients
 * with SQL, so a plain code may appear at any time; it identifies its patient before the conversion
 * as well. The service polls a partial index, usually empty, every few seconds. Codes are hashed
 * one at a time, and a full chunk is followed by a pause as long as the work. Several instances may
 * convert at the same time: a code is replaced only if it is unchanged since it was read, and the
 * slower instance leaves the rest to the faster one.
 */
import { sleep } from '../../shared/clock.js';
import { hashCode } from '../../shared/code-hash.js';
import type { Logger } from '../../shared/observability/logger.js';
import {
  describeRefusal,
  isTransient,
  isRefused,
  type Queryable,
} from '../../shared/postgres/postgres.js';
import { codeForm } from '../core/identification.js';

/** Interval between two polls for plain codes, also while PostgreSQL is unavailable, in ms. */
const LOOK_MS = 5_000;
/** Pause after a failure that may last, in ms: each retry costs a hash and a line of the log. */
const FAILED_MS = 60_000;
/** Codes per read. */
const CHUNK = 100;

/** The condition matches the index `patient_plain_code`. */
const PLAIN = `
SELECT id, authorization_code AS code FROM patient
 WHERE authorization_code <> '' AND authorization_code NOT LIKE 'scrypt$%' AND id > $1
 ORDER BY id LIMIT ${CHUNK}`;

const CONVERT =
  'UPDATE patient SET authorization_code = $3 WHERE id = $1 AND authorization_code = $2';

const FIRST = '00000000-0000-0000-0000-000000000000';

export interface Conversion {
  /** Stops after the code that is being converted. */
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

/**
 * The result of one conversion; `taken`: another instance or the hospital changed the code in
 * between.
 */
type Fate = 'converted' | 'taken' | 'refused';

/**
 * SQLSTATE of a statement that timed out (the row is locked) or lost a conflict with another one.
 */
const CONTENDED = new Set(['57014', '55P03', '40001', '40P01']);

const isAboutRow = (error: unknown): boolean =>
  isRefused(error) || CONTENDED.has(String((error as { code?: unknown }).code));

/**
 * Logs only the code of a PostgreSQL error, because its text may quote the row.
 * @throws every error that is not about the row
 */
async function convert(
  { db, logger, hash = hashCode }: ConversionDeps,
  { id, code }: PlainRow,
): Promise<Fate> {
  try {
    const { rowCount } = await db.query({
      name: 'convert-code',
      text: CONVERT,
      values: [id, code, await hash(codeForm(code))],
    });
    return rowCount === 1 ? 'converted' : 'taken';
  } catch (error) {
    if (!isAboutRow(error)) throw error;
    logger.warn(
      { reason: describeRefusal(error) },
      'could not replace an authorization code by its hash; retrying later',
    );
    return 'refused';
  }
}

/** Start and delay of the next poll. */
interface NextLook {
  after: string;
  pauseMs: number;
}

/** Converts the plain codes of one chunk of patients. */
export async function convertChunk(
  deps: ConversionDeps,
  after = FIRST,
  signal?: AbortSignal,
): Promise<NextLook> {
  const began = performance.now();
  const { rows } = await deps.db.query<PlainRow>({
    name: 'plain-codes',
    text: PLAIN,
    values: [after],
  });
  const fates: Fate[] = [];
  for (const row of rows) {
    if (signal?.aborted || fates.at(-1) === 'taken') break;
    fates.push(await convert(deps, row));
  }
  const converted = fates.filter((fate) => fate === 'converted').length;
  if (converted > 0)
    deps.logger.info({ converted }, 'replaced plain authorization codes by their hashes');
  if (fates.includes('taken') || rows.length < CHUNK)
    return { after: FIRST, pauseMs: fates.includes('refused') ? FAILED_MS : LOOK_MS };
  return { after: rows.at(-1)?.id ?? FIRST, pauseMs: performance.now() - began };
}

/** Starts at once and runs until it is stopped. Failures are logged and retried. */
export function startConversion(deps: ConversionDeps): Conversion {
  const stopping = new AbortController();
  const goOn = async (): Promise<void> => {
    let next: NextLook = { after: FIRST, pauseMs: 0 };
    while (!stopping.signal.aborted) {
      next = await convertChunk(deps, next.after, stopping.signal).catch((error: unknown) => {
        deps.logger[isTransient(error) ? 'debug' : 'warn'](
          { err: error },
          'cannot convert plain authorization codes; retrying later',
        );
        return { after: FIRST, pauseMs: isTransient(error) ? LOOK_MS : FAILED_MS };
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
