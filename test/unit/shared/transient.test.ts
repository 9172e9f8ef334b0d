/**
 * Transient and permanent errors: a transient one is answered with 503, a permanent one is a defect
 * of ours.
 */
import { isTransientRead } from '../../../patients/records/prisma.js';
import { toProblem } from '../../../shared/http/http.js';
import { isTransient } from '../../../shared/postgres/postgres.js';

const failure = (code: string): Error => Object.assign(new Error(`failed: ${code}`), { code });

const NETWORK = [
  'ENETUNREACH',
  'ENETDOWN',
  'ENETRESET',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'EADDRNOTAVAIL',
];
const SOCKET = [
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTCONN',
  'ESHUTDOWN',
];
const NAMES_AND_HANDLES = ['EAI_AGAIN', 'EAI_FAIL', 'ENOTFOUND', 'EMFILE', 'ENFILE', 'ENOBUFS'];
const STATES = [
  '08000',
  '08006',
  '53100',
  '53200',
  '53300',
  '57P01',
  '57P02',
  '57P03',
  '57014',
  '58000',
  '58030',
  '25006',
  '40001',
  '40P01',
  '55P03',
];

describe.each([...NETWORK, ...SOCKET, ...NAMES_AND_HANDLES, ...STATES])('%s', (code) => {
  test('is transient, alone, in an AggregateError and as the cause of a failed read', () => {
    expect(isTransient(failure(code))).toBe(true);
    expect(isTransient(new AggregateError([failure(code)]))).toBe(true);
    expect(isTransientRead({ cause: { originalCode: code, originalMessage: 'x' } })).toBe(true);
  });

  test('is answered with 503 and Retry-After', () => {
    expect(toProblem(failure(code))).toMatchObject({
      code: 'UNAVAILABLE',
      extra: { retryAfterSeconds: 1 },
    });
  });
});

test.each([
  '23505',
  '23514',
  '22P02',
  '42P01',
  '42601',
  '28P01',
  '3D000',
  'P0001',
  'XX000',
  'EACCES',
  'ENOENT',
  'ERR_ASSERTION',
  '5300',
])('%s is permanent: the same call fails again', (code) =>
  expect(isTransient(failure(code))).toBe(false),
);

test.each([
  'Connection terminated unexpectedly',
  'Connection terminated due to connection timeout',
  'timeout exceeded when trying to connect',
  'timeout expired',
  'Query read timeout',
  'Client has encountered a connection error and is not queryable',
])('the error of the driver "%s" is transient', (message) =>
  expect(isTransient(new Error(message))).toBe(true),
);
