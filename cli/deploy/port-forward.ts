/**
 * A way from this machine to a Service of the cluster: `kubectl port-forward` on a free port. It
 * ends when its pod ends, and is opened again for the next request.
 */
import type { ChildProcess } from 'node:child_process';
import { waitUntil } from '../../shared/wait-until.js';
import { EXIT } from '../exit-codes.js';
import { CommandFailure } from '../failure.js';
import { toKubectlFailure, type Kubectl } from './kubectl.js';

const OPENED = /Forwarding from 127\.0\.0\.1:(\d+)/;
const [POLL_MS, DEADLINE_MS] = [50, 20_000];
const ERRORS_MAX = 4_000;

export interface PortForward {
  /** The address on this machine; opens the way when there is none. Rejects after `close`. */
  address: () => Promise<string>;
  close: () => void;
}

interface Way {
  child: ChildProcess;
  output: string;
  errors: string;
}

const isOpen = ({ child }: Way): boolean => child.exitCode === null && child.signalCode === null;

function open(kubectl: Kubectl, args: readonly string[]): Way {
  const child = kubectl.start(['port-forward', '--address', '127.0.0.1', ...args]);
  const way: Way = { child, output: '', errors: '' };
  child.stdout?.on(
    'data',
    (chunk: Buffer) => (way.output = (way.output + String(chunk)).slice(-ERRORS_MAX)),
  );
  child.stderr?.on(
    'data',
    (chunk: Buffer) => (way.errors = (way.errors + String(chunk)).slice(-ERRORS_MAX)),
  );
  child.once('error', () => undefined);
  return way;
}

/** Ends the way when it does not open, so that the next request opens another one. */
async function waitForPort(way: Way): Promise<string> {
  let port: string | undefined;
  await waitUntil(
    () => {
      port ??= OPENED.exec(way.output)?.[1];
      if (port === undefined && !isOpen(way)) throw toKubectlFailure(way.errors);
      return port;
    },
    {
      deadlineMs: DEADLINE_MS,
      pollMs: POLL_MS,
      toError: () => {
        way.child.kill('SIGKILL');
        return new CommandFailure(
          'CLUSTER_UNREACHABLE',
          'kubectl port-forward opens no port.',
          EXIT.unreachable,
        );
      },
    },
  );
  return `http://127.0.0.1:${port}`;
}

/** @param service name and port: `patients`, 4000. */
export function createPortForward(
  kubectl: Kubectl,
  namespace: string,
  service: string,
  port: number,
): PortForward {
  let way: Way | null = null;
  let ready: Promise<string> | null = null;
  let isClosed = false;
  return {
    address: () => {
      // A request that is still under way must not leave a kubectl behind.
      if (isClosed) return Promise.reject(new Error(`the way to ${service} is closed`));
      if (way === null || ready === null || !isOpen(way)) {
        way = open(kubectl, ['-n', namespace, `service/${service}`, `:${port}`]);
        ready = waitForPort(way);
      }
      return ready;
    },
    close: () => {
      isClosed = true;
      way?.child.kill('SIGKILL');
    },
  };
}
