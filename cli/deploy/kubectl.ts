/**
 * Runs kubectl. Its standard error becomes a named failure. The children get their own process
 * group: Ctrl-C in a terminal ends this command, which then still needs kubectl to clean up.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { EXIT } from '../exit-codes.js';
import { CommandFailure } from '../failure.js';

/** Longest time of one call that should be short, in ms. */
const CALL_MS = 60_000;
/** Longest time of a request that kubectl makes to the API server. */
const REQUEST_TIMEOUT = '--request-timeout=20s';
/** Largest output that is kept, in characters. */
const OUTPUT_MAX = 16_777_216;

interface Call {
  /** Text for standard input. */
  input?: string;
  /** Ends the call. */
  signal?: AbortSignal;
}

export interface Kubectl {
  /** @returns standard output. @throws CommandFailure with the reason of kubectl. */
  run(args: readonly string[], call?: Call): Promise<string>;
  /** Starts a call that runs until it is ended. Its output is piped. */
  start(args: readonly string[]): ChildProcess;
}

/** Reasons of kubectl, by the text of its standard error: code, exit code and advice. */
const REASONS: readonly [text: RegExp, code: string, exitCode: number, hint: string | null][] = [
  [
    /current-context is not set|current-context must exist/,
    'NO_CONTEXT',
    EXIT.setup,
    'Choose a cluster: `kubectl config use-context NAME`.',
  ],
  [
    /cannot locate context|context .* does not exist|no context exists/,
    'CONTEXT_UNKNOWN',
    EXIT.arguments,
    '`kubectl config get-contexts` lists the contexts.',
  ],
  [
    /AlreadyExists/,
    'NAMESPACE_EXISTS',
    EXIT.no,
    'The check only uses a namespace that it creates.',
  ],
  [/\(NotFound\)/, 'NOT_FOUND', EXIT.no, null],
  [/Forbidden/, 'NOT_PERMITTED', EXIT.no, 'The check creates and deletes a namespace.'],
  [
    /Unauthorized|must be logged in/,
    'NOT_SIGNED_IN',
    EXIT.no,
    'The credentials of this context are not valid: `kubectl auth whoami`.',
  ],
  [
    /error loading config file/,
    'KUBECONFIG_INVALID',
    EXIT.setup,
    'Correct the file, or name another one in KUBECONFIG.',
  ],
  [
    /x509:|certificate/,
    'NOT_TRUSTED',
    EXIT.setup,
    'The context must name the authority that signed the certificate of the cluster.',
  ],
  [
    // EOF: a balancer accepts the connection and has no API server behind it.
    /connection to the server .* was refused|Unable to connect|timeout|Timeout|no such host|deadline exceeded|connection refused|connection reset|no route to host|network is unreachable|TLS handshake|\bEOF\b/,
    'CLUSTER_UNREACHABLE',
    EXIT.unreachable,
    '`kubectl cluster-info` shows the cluster of the current context.',
  ],
];

/** A failure of kubectl as a failure of the command. Pure. */
export function toKubectlFailure(stderr: string): CommandFailure {
  const lines = stderr.trim().split('\n');
  const message = (
    lines.findLast((line) => /error|unable|server/i.test(line)) ??
    lines.at(-1) ??
    ''
  ).trim();
  const known = REASONS.find(([text]) => text.test(stderr));
  const [, code, exitCode, hint] = known ?? [null, 'KUBECTL_FAILED', EXIT.no, null];
  return new CommandFailure(
    code,
    `kubectl: ${message.replace(/^error: /i, '') || 'it failed without a reason'}`,
    exitCode,
    hint,
  );
}

const toStartFailure = (error: NodeJS.ErrnoException): CommandFailure =>
  error.code === 'ENOENT'
    ? new CommandFailure(
        'NO_KUBECTL',
        'kubectl is not installed.',
        EXIT.setup,
        'Install kubectl 1.27 or newer, and point it at a cluster.',
      )
    : new CommandFailure('NO_KUBECTL', `kubectl cannot be started: ${error.message}.`, EXIT.setup);

/** Collects a stream as text. */
function collect(stream: NodeJS.ReadableStream | null): () => string {
  let text = '';
  stream?.setEncoding('utf8');
  stream?.on('data', (chunk: string) => (text = (text + chunk).slice(-OUTPUT_MAX)));
  return () => text;
}

function finish(child: ChildProcess, { input = '', signal }: Call): Promise<string> {
  const [output, errors] = [collect(child.stdout), collect(child.stderr)];
  const limit = AbortSignal.any([AbortSignal.timeout(CALL_MS), ...(signal ? [signal] : [])]);
  const kill = (): void => void child.kill('SIGKILL');
  limit.addEventListener('abort', kill);
  // A child that ends early closes the pipe; its exit code has the reason.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(input);
  return new Promise<string>((resolve, reject) => {
    child.once('error', (error) => reject(toStartFailure(error)));
    child.once('close', (code) => {
      if (code === 0) resolve(output());
      else if (signal?.aborted) reject(signal.reason as Error);
      else reject(toKubectlFailure(limit.aborted ? 'error: i/o timeout' : errors()));
    });
  }).finally(() => limit.removeEventListener('abort', kill));
}

/** @param front arguments of every call, such as `--context`. */
export function openKubectl(
  path: string,
  env: NodeJS.ProcessEnv,
  front: readonly string[] = [],
): Kubectl {
  const start = (args: readonly string[]): ChildProcess =>
    spawn(path, [...front, ...args], { env, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
  return {
    start,
    run: (args, call = {}) => finish(start([REQUEST_TIMEOUT, ...args]), call),
  };
}
