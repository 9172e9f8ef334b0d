/**
 * The programs of the container image with their options, for the tests of docker-compose.yml and
 * of the Kubernetes manifests.
 */
import { PREPARE_OPTIONS, WAIT_OPTIONS } from '../../deploy/config.js';
import { IMAGE_PROGRAMS } from '../../deploy/programs.js';
import { GATEWAY_OPTIONS, loadGatewayConfig } from '../../gateway/config.js';
import { getCompiledPath } from '../../local/processes/compile.js';
import { loadMonitorConfig, MONITOR_OPTIONS } from '../../monitor/config.js';
import { loadPatientsConfig, PATIENTS_OPTIONS } from '../../patients/config.js';
import { loadPaymentsConfig, PAYMENTS_OPTIONS } from '../../payments/config.js';
import { loadConfig, type Option } from '../../shared/config.js';

export interface ImageProgram {
  table: Record<string, Option<unknown>>;
  /** @throws ConfigError with every problem. */
  load: (env: Record<string, string>) => unknown;
}

export const PROGRAM_OPTIONS: Readonly<Record<string, ImageProgram>> = {
  'patients/main.ts': { table: PATIENTS_OPTIONS, load: loadPatientsConfig },
  'monitor/main.ts': { table: MONITOR_OPTIONS, load: loadMonitorConfig },
  'payments/main.ts': { table: PAYMENTS_OPTIONS, load: loadPaymentsConfig },
  'gateway/main.ts': { table: GATEWAY_OPTIONS, load: loadGatewayConfig },
  'deploy/prepare-database.ts': {
    table: PREPARE_OPTIONS,
    load: (env) => loadConfig(PREPARE_OPTIONS, env),
  },
  'deploy/wait-for-database.ts': {
    table: WAIT_OPTIONS,
    load: (env) => loadConfig(WAIT_OPTIONS, env),
  },
};

/**
 * The TypeScript file whose compiled form a command runs; null for the command of an engine. A file
 * that the image does not compile is returned as it is.
 */
export function toProgram(command: readonly string[] | undefined): string | null {
  const file = command?.find((word) => /\.m?[jt]s$/.test(word));
  if (file === undefined) return null;
  return IMAGE_PROGRAMS.find((program) => getCompiledPath(program) === file) ?? file;
}
