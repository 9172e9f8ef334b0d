/**
 * Runs before every test file. Collects the lines and secrets of every process that the file
 * starts, and every cookie, CSRF token and fact about a patient that it sends or receives, for the
 * search of all logs at the end of the run. No test has to call it.
 */
import { BALANCERS } from '../../shared/balancer/pool.js';
import { keepCookies, keepRequest } from './exchange-secrets.js';
import {
  keepEnvironment,
  keepFor,
  keepLine,
  keepPassword,
  keepSource,
  isKept,
} from './log-evidence.js';

const testFile = /\/test\/(.*)$/.exec(expect.getState().testPath ?? '')?.[1] ?? 'unknown';

function watchFetch(): void {
  const ask = globalThis.fetch;
  globalThis.fetch = async (input, init = {}) => {
    keepRequest(init.headers, init.body);
    const answer = await ask(input, init);
    keepCookies(answer.headers);
    return answer;
  };
}

/** These may write no line at all. A line that they write is searched as any other. */
const QUIET = new Set(['other', ...BALANCERS]);

async function watchProcesses(): Promise<void> {
  const { ManagedProcess } = await import('../../local/processes/processes.js');
  type Method<Result> = (this: InstanceType<typeof ManagedProcess>, ...input: unknown[]) => Result;
  const usual = {
    start: Reflect.get(ManagedProcess.prototype, 'start') as Method<Promise<void>>,
    emit: Reflect.get(ManagedProcess.prototype, 'emit') as Method<boolean>,
  };
  ManagedProcess.prototype.start = function (
    this: InstanceType<typeof ManagedProcess>,
  ): Promise<void> {
    if (!QUIET.has(this.kind)) keepSource(this.name);
    keepEnvironment(this.spec.env ?? {});
    if ('address' in this) keepPassword('password of Redis', this.address as string);
    if ('urlOf' in this)
      keepPassword('password of PostgreSQL', (this.urlOf as (name: string) => string)('postgres'));
    return usual.start.call(this);
  };
  const emit = function (
    this: InstanceType<typeof ManagedProcess>,
    event: string,
    ...rest: unknown[]
  ): boolean {
    if (event === 'line') keepLine(this.name, String(rest[0]));
    return usual.emit.call(this, event, ...rest);
  };
  Reflect.set(ManagedProcess.prototype, 'emit', emit);
}

if (isKept() && !/^(unit|simulation)\//.test(testFile)) {
  keepFor(testFile);
  watchFetch();
  await watchProcesses();
}
