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
/** Each counts the elections of its own requests, and keeps states of its own. */
const APACHE_BALANCERS = [APACHE_BALANCER, APACHE_WAITING_BALANCER];
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

const readElement = (block: string, name: string): string =>
  new RegExp(`<httpd:${name}>([^<]*)</httpd:${name}>`).exec(block)?.[1]?.trim() ?? '';

/** Parses `?xml=1`, which lists every balancer. */
function parseApacheWorkers(xml: string, balancer: string): ApacheWorker[] {
  const block = xml
    .split('<httpd:balancer>')
    .find((candidate) => readElement(candidate, 'name') === `balancer://${balancer}`);
  const workers = block?.split('<httpd:worker>').slice(1) ?? [];
  return workers.map((worker) => ({
    address: readElement(worker, 'name'),
    status: readElement(worker, 'status'),
    elected: Number(readElement(worker, 'elected') || 0),
  }));
}

const readApacheWorkers = async (manager: Manager, balancer: string): Promise<ApacheWorker[]> =>
  parseApacheWorkers(await askManager(manager, { xml: '1', b: balancer }, 'GET'), balancer);

function toAdmin(status: string): AdminState {
  if (/\b(Dis|Stop)\b/.test(status)) return 'maint';
  return /\bDrn\b/.test(status) ? 'drain' : 'ready';
}

function toObserved(status: string): MemberState['observed'] {
  if (status === '' || /\b(Dis|Stop)\b/.test(status)) return 'unknown';
  return /\b(Err|HcFl)\b/.test(status) ? 'down' : 'up';
}

const toAddress = ({ host, port }: PoolMember): string => `http://${host}:${port}`;

const findWorker = (
  workers: readonly ApacheWorker[],
  member: PoolMember,
): ApacheWorker | undefined => workers.find(({ address }) => address === toAddress(member));

const ADMIN_ORDER: readonly AdminState[] = ['ready', 'drain', 'maint'];
const OBSERVED_ORDER: readonly MemberState['observed'][] = ['up', 'unknown', 'down'];

const findWorst = <State>(order: readonly State[], states: readonly State[]): State | undefined =>
  order.findLast((state) => states.includes(state));

/**
 * One state of an instance from its states in each balancer: the worst of them. The waiting
 * balancer has no checks: its error stays until the next request tries the instance again.
 * Therefore an error of the waiting balancer alone is `unknown`.
 */
function mergeStates(name: string, [most = '', waiting = '']: readonly string[]): MemberState {
  const statuses = [most, waiting];
  const ofWaiting: MemberState['observed'] = toObserved(waiting) === 'up' ? 'up' : 'unknown';
  const observed = findWorst(OBSERVED_ORDER, [toObserved(most), ofWaiting]) ?? 'unknown';
  return {
    name,
    admin: findWorst(ADMIN_ORDER, statuses.map(toAdmin)) ?? 'ready',
    observed,
    detail: toObserved(most) === 'up' && observed === 'unknown' ? waiting : most,
  };
}

/** An instance as the balancer-manager shows it. */
export interface ApacheMember {
  /** The process name. */
  name: string;
  /** For most requests, such as `Init Ok`. */
  status: string;
  /** Requests of every kind that it was chosen for. */
  elected: number;
}

const readBoth = (file: ControlFile): Promise<ApacheWorker[][]> => {
  const manager = toManager(file);
  return Promise.all(APACHE_BALANCERS.map((balancer) => readApacheWorkers(manager, balancer)));
};

/** In the order of the pool. @throws Error as `BalancerControl.read`. */
export async function readApacheMembers(file: ControlFile): Promise<ApacheMember[]> {
  const lists = await readBoth(file);
  return file.pool.members.map((member) => {
    const [most, waiting] = lists.map((workers) => findWorker(workers, member));
    const elected = (most?.elected ?? 0) + (waiting?.elected ?? 0);
    return { name: member.name, status: most?.status ?? '', elected };
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
      const lists = await readBoth(file);
      return file.pool.members.map((member) =>
        mergeStates(
          member.name,
          lists.map((workers) => findWorker(workers, member)?.status ?? ''),
        ),
      );
    },
    async set(name, state) {
      const member = file.pool.members.find((candidate) => candidate.name === name);
      if (!member) throw new Error(`There is no instance ${name}`);
      for (const balancer of APACHE_BALANCERS)
        await setIn(manager, balancer, toAddress(member), state);
    },
  };
}
