/** For `--import`: prints on standard error which packages of OpenTelemetry a process imports. */
import { writeSync } from 'node:fs';
import { register } from 'node:module';

// Loaded twice: here, and as a module of loader hooks.
if (!import.meta.url.includes('?hooks')) register(`${import.meta.url}?hooks`);

const STANDARD_ERROR = 2;

export function resolve(specifier, context, next) {
  if (specifier.startsWith('@opentelemetry/')) writeSync(STANDARD_ERROR, `imported ${specifier}\n`);
  return next(specifier, context);
}
