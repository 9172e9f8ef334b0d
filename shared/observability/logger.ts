/**
 * Structured logs: one JSON object per line on standard output. The published console lines (`I AM
 * ALIVE from server 1`, `The leader is server_2`) are messages among them. Logs never contain
 * tokens or data that identifies a patient; errors are reduced to their loggable parts
 * (log-errors.ts). When the output cannot be written, as on a full disk, lines are lost and the
 * service continues.
 */
import { pino, type DestinationStream, type Logger } from 'pino';
import { isError, toLoggedError, withLoggedErrors } from './log-errors.js';

export type { Logger };

const REDACTED = [
  'authorization',
  'token',
  'document',
  'fullName',
  'birthDate',
  'concept',
  'req.headers.authorization',
  '*.document',
  '*.fullName',
];
/** Most characters buffered in memory while the output cannot be written. */
const WAITING_MAX = 1_000_000;

function standardOutput(): DestinationStream {
  const output = pino.destination({ dest: 1, sync: true, maxLength: WAITING_MAX });
  output.on('error', () => undefined);
  return output;
}

/** @param output replaces standard output, for tests. */
export function createLogger(
  service: string,
  id: string,
  level: string,
  output: DestinationStream = standardOutput(),
): Logger {
  const options = {
    level,
    base: { service, id, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }), log: withLoggedErrors },
    serializers: { err: (value: unknown) => (isError(value) ? toLoggedError(value) : value) },
    redact: { paths: REDACTED, censor: '[redacted]' },
  };
  return pino(options, output);
}
