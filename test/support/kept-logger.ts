/**
 * A logger for services inside the test process: it prints nothing, and the search of all logs at
 * the end of the run reads every line.
 */
import { createLogger, type Logger } from '../../shared/observability/logger.js';
import { keepLine } from './log-evidence.js';

export const keptLogger = (name: string): Logger =>
  createLogger('test', name, 'info', {
    write: (line) => keepLine(`${name}-in-process`, line.trimEnd()),
  });
