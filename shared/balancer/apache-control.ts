/**
 * The balancer-manager of Apache httpd. It answers 200 also when it ignored a change, so that each
 * change is read back.
 * @see https://httpd.apache.org/docs/2.4/mod/mod_proxy_balancer.html
 */
import { readBoundedText } from '../http/bounded-body.js';
import type { AdminState } from '../contracts/leadership.js';
import type { BalancerControl, ControlFile, MemberState } from './control.js';
import type { PoolMember } from './pool.js';

/** The balancer of most requests. */
export const APACHE_BALANCER = 'patients';
/** The balancer of the requests that wait for an outcome. */
export const APACHE_WAITING_BALANCER = 'patients_waiting';
export const APACHE_MANAGER = '/balancer-manager';

const TIMEOUT_MS = 1_000;
const ANSWER_MAX = 1_048_576;

interface Manager {
  /** Address of the page. */
  url: string;
  nonce: string;
}

const askManager = async (
  { url, nonce }: Manager,
  fields: Readonly<Record<string, string>>,
  method: 'GET' | 'POST',
): Promise<string> => {
  const form = new URLSearchParams({ nonce, ...fields }).toString();
  const response = await fetch(method === 'GET' ? `${url}?${form}` : url, {
    method,
    // httpd accepts changes only from a page of its own.
    headers: { 'referer': url, 'content-type': 'application/x-www-form-urlencoded' },
    ...(method === 'POST' ? { body: form } : {}),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const text = await readBoundedText(response, ANSWER_MAX);
  if (!response.ok) throw new Error(`The balancer-manager answered ${response.status}`);
  return text;
};

const toManager = ({ pool, nonce }: ControlFile): Manager => ({
  url: `http://127.0.0.1:${pool.adminPort}${APACHE_MANAGER}`,
  nonce,
});

interface ApacheWorker {
  /** `http://127.0.0.1:4001`. */
  address: string;
  /** Such as `Init Ok`, `Init Drn Ok`, `Init Dis`, `Init Err`, `Init HcFl`. */
  status: string;
  /** Requests that it was chosen for. */
  elected: number;
}

/** Parses `?xml=1` of one balancer. */
function parseApacheWorkers(xml: string): ApacheWorker[] {
  const blocks = xml.split('<httpd:worker>').slice(1);
  const read = (block: string, name: string): string =>
    new RegExp(`<httpd:${name}>([^<]*)</httpd:${name}>`).exec(block)?.[1]?.trim() ?? '';
  return blocks.map((block) => ({
    address: read(block, 'name'),
    status: read(block, 'status'),
    elected: Number(read(block, 'elected') || 0),
  }));
}

const readApacheWorkers = async (manager: Manager, balancer: string): Promise<ApacheWorker[]> =>
  parseApacheWorkers(await askManager(manager, { xml: '1', b: balancer }, 'GET'));

function toAdmin(status: string): AdminState {
  if (/\b(Dis|Stop)\b/.test(status)) return 'maint';
  return /\bDrn\b/.test(status) ? 'drain' : 'ready';
}

function toObserved(status: string): MemberState['observed'] {
  if (status === '' || /\b(Dis|Stop)\b/.test(status)) return 'unknown';
  return /\b(Err|HcFl)\b/.test(status) ? 'down' : 'up';
}

const toAddress = ({ host, port }: PoolMember): string => `http://${host}:${port}`;

/** An instance as the balancer-manager shows it. */
export interface ApacheMember extends Pick<ApacheWorker, 'status' | 'elected'> {
  /** The process name. */
  name: string;
}

/** In the order of the pool, for most requests. @throws Error as `BalancerControl.read`. */
export async function readApacheMembers(file: ControlFile): Promise<ApacheMember[]> {
  const workers = await readApacheWorkers(toManager(file), APACHE_BALANCER);
  return file.pool.members.map((member) => {
    const worker = workers.find(({ address }) => address === toAddress(member));
    return { name: member.name, status: worker?.status ?? '', elected: worker?.elected ?? 0 };
  });
}

async function setIn(
  manager: Manager,
  balancer: string,
  address: string,
  state: AdminState,
): Promise<void> {
  const fields = {
    b: balancer,
    w: address,
    w_status_N: state === 'drain' ? '1' : '0',
    w_status_D: state === 'maint' ? '1' : '0',
  };
  await askManager(manager, fields, 'POST');
  const workers = await readApacheWorkers(manager, balancer);
  const worker = workers.find((candidate) => candidate.address === address);
  if (!worker || toAdmin(worker.status) !== state)
    throw new Error(`httpd ignored the state ${state} of ${address}`);
}

export function createApacheControl(file: ControlFile): BalancerControl {
  const manager = toManager(file);
  return {
    async read() {
      const members = await readApacheMembers(file);
      return members.map(({ name, status }) => {
        const [admin, observed] = [toAdmin(status), toObserved(status)];
        return { name, admin, observed, detail: status };
      });
    },
    async set(name, state) {
      const member = file.pool.members.find((candidate) => candidate.name === name);
      if (!member) throw new Error(`There is no instance ${name}`);
      for (const balancer of [APACHE_BALANCER, APACHE_WAITING_BALANCER])
        await setIn(manager, balancer, toAddress(member), state);
    },
  };
}
