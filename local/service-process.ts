/** One of our services as a managed process: its TypeScript through `tsx`, or compiled; ready when `/livez` answers 200. */
import { get } from 'node:http';
import { join } from 'node:path';
import { urlOf, type Place } from './plan.js';
import { ManagedProcess } from './processes.js';
import { ROOT } from './root.js';

const ASK_TIMEOUT_MS = 1_000;
/** How a compiled service runs. A replica: little memory is soon taken down (see compile.ts), and the young generation grows under load. */
const compiledArgs = (kind: Place['kind']): string[] => ['--enable-source-maps', ...(kind === 'payments' ? ['--max-semi-space-size=4'] : [])];

/** Whether an address answers 200 now. */
export function answersOk(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    // The status is all that is read: a body may be large, or never end.
    const request = get(url, { agent: false, signal: AbortSignal.timeout(ASK_TIMEOUT_MS) }, (response) => {
      resolve(response.statusCode === 200);
      response.destroy();
    });
    request.on('error', () => resolve(false));
  });
}

export interface ServiceOptions {
  /** From the project's root: `monitor/main.ts`, or what `compile` made of it. */
  program: string;
  port: number;
  env: Readonly<Record<string, string>>;
  /** More arguments for node, in front of the program. */
  nodeArgs: readonly string[];
}

export function serviceProcess({ name, kind }: Place, { program, port, env, nodeArgs }: ServiceOptions): ManagedProcess {
  const url = urlOf(port);
  const loader = program.endsWith('.ts') ? ['--import', import.meta.resolve('tsx')] : compiledArgs(kind);
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
