/**
 * One of our services as a managed process. Runs TypeScript through `tsx`, or the compiled file.
 * Ready when `/livez` answers 200.
 */
import { get } from 'node:http';
import { join } from 'node:path';
import { toUrl, type Place } from '../plan.js';
import { ManagedProcess } from './processes.js';
import { ROOT } from '../root.js';

const ASK_TIMEOUT_MS = 1_000;
/**
 * Arguments for a compiled service. A replica gets a small young generation: its memory delays
 * failover (compile.ts).
 */
const getCompiledArgs = (kind: Place['kind']): string[] => [
  '--enable-source-maps',
  ...(kind === 'payments' ? ['--max-semi-space-size=4'] : []),
];

/** Whether an address answers 200 now. */
export function answersOk(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    // Reads only the status: the body may be large or never end.
    const request = get(
      url,
      { agent: false, signal: AbortSignal.timeout(ASK_TIMEOUT_MS) },
      (response) => {
        resolve(response.statusCode === 200);
        response.destroy();
      },
    );
    request.on('error', () => resolve(false));
  });
}

export interface ServiceOptions {
  /** Relative to the project's root: `monitor/main.ts`, or the result of `compile`. */
  program: string;
  port: number;
  env: Readonly<Record<string, string>>;
  /** Additional arguments for node, in front of the program. */
  nodeArgs: readonly string[];
}

export function serviceProcess(
  { name, kind }: Place,
  { program, port, env, nodeArgs }: ServiceOptions,
): ManagedProcess {
  const url = toUrl(port);
  const loader = program.endsWith('.ts')
    ? ['--import', import.meta.resolve('tsx')]
    : getCompiledArgs(kind);
  return new ManagedProcess({
    name,
    kind,
    port,
    url,
    command: [process.execPath, ...loader, ...nodeArgs, join(ROOT, program)],
    cwd: ROOT,
    env,
    deathSignal: 'KILL',
    ipc: true,
    ready: () => answersOk(`${url}/livez`),
    readyDeadlineMs: 60_000,
    stopSignal: 'SIGTERM',
    stopDeadlineMs: 8_000,
  });
}
