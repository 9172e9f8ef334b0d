/**
 * Structured logs: one JSON object a line on standard output. The published console lines (`I AM ALIVE from server 1`,
 * `The leader is server_2`) are messages among them. Tokens and what identifies a patient are never written.
 */
import { pino, type Logger } from 'pino';

export type { Logger };

const REDACTED = ['authorization', 'token', 'document', 'fullName', 'birthDate', 'concept', 'req.headers.authorization', '*.document', '*.fullName'];

export function createLogger(service: string, id: string, level: string): Logger {
  return pino({
    level,
    base: { service, id, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: REDACTED, censor: '[redacted]' },
  });
}
