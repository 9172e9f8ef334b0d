/**
 * Runs before every test file. Collects the lines and secrets of every process that the file
 * starts, and every cookie, CSRF token and fact about a patient that it sends or receives, for the
 * search of all logs at the end of the run. No test has to call it.
 */
import { BALANCERS } from '../../shared/balancer/pool.js';
import {
  keepEnvironment,
  keepFor,
  keepLine,
  keepPassword,
  keepSecret,
  keepSource,
  isKept,
} from './log-evidence.js';

const testFile = /\/test\/(.*)$/.exec(expect.getState().testPath ?? '')?.[1] ?? 'unknown';

/** `NAME=VALUE; Path=/`: keeps the value as sent, and the parts of a signed value. */
function keepCookie(cookie: string): void {
  const [, value = ''] = /^[^=]*=([^;]*)/.exec(cookie) ?? [];
  for (const part of [value, ...decodeURIComponent(value).split(/[.:]/)].filter(
    ({ length }) => length >= 16,
  ))
    keepSecret('cookie of a session', part);
}

/**
 * Matches the form of our tokens. A hostile text in a token field may be logged elsewhere, for
 * example as the reason of a hand-over.
 */
const isRandom = (text: string): boolean =>
  /^[\w-]{20,}$/.test(text) && [/[a-z]/, /[A-Z]/, /\d/].every((kind) => kind.test(text));

/** The forms of our patients' facts; a hostile text is not a fact about a patient. */
const PERSONAL: Readonly<Record<string, RegExp>> = {
  document: /^[1-9]\d{2}([. -]?)\d{3}\1\d{3}$/,
  authorizationCode: /^AUT-[\d-]{6,}$/,
};

function keepRequest({ headers, body }: RequestInit): void {
  const proof = new Headers(headers).get('x-csrf-token') ?? '';
  const form = body instanceof URLSearchParams ? body : new URLSearchParams();
  for (const token of [proof, form.get('csrf') ?? ''])
    if (isRandom(token)) keepSecret('CSRF token', token);
  for (const [name, pattern] of Object.entries(PERSONAL)) {
    const value = form.get(name) ?? '';
    if (pattern.test(value)) keepSecret(`${name} of a patient`, value, true);
  }
}

function watchFetch(): void {
  const ask = globalThis.fetch;
  globalThis.fetch = async (input, init = {}) => {
    keepRequest(init);
    const answer = await ask(input, init);
    answer.headers.getSetCookie().forEach(keepCookie);
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
