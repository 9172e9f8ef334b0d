/**
 * The few answers of a Kubernetes API server that a check needs before it applies anything, with
 * the status documents of the real one. It serves no workloads: the tests cover the namespace, the
 * errors and the clean-up, and nothing that needs a cluster.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

interface Refusal {
  code: number;
  reason: 'Forbidden' | 'Unauthorized';
}

export interface ApiServer {
  /** A kubeconfig whose current context leads here by the address of this machine. */
  kubeconfig: string;
  /** The same with an address of another machine as its current context. */
  elsewhere: string;
  /** Names and ids of the namespaces that exist. */
  namespaces: Map<string, string>;
  /** `POST /api/v1/namespaces`, …, in order. */
  requests: string[];
  /** Refuses to create namespaces. */
  refusal: Refusal | null;
  /** Called before discovery is answered, which is the first step of `kubectl apply`. */
  onDiscovery: () => Promise<void> | void;
  close: () => void;
}

const NAMESPACES = '/api/v1/namespaces';

function send(response: ServerResponse, code: number, body: object): void {
  response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

const toStatus = (code: number, reason: string, message: string): object => ({
  kind: 'Status',
  apiVersion: 'v1',
  status: 'Failure',
  code,
  reason,
  message,
});

const toNamespace = (name: string, uid: string): object => ({
  kind: 'Namespace',
  apiVersion: 'v1',
  metadata: { name, uid },
});

interface Body {
  metadata?: { name?: string };
  preconditions?: { uid?: string };
}

function create(server: ApiServer, name: string, response: ServerResponse): void {
  const { refusal, namespaces } = server;
  if (refusal) {
    const message = 'namespaces is forbidden: User "jane" cannot create resource "namespaces"';
    send(response, refusal.code, toStatus(refusal.code, refusal.reason, message));
  } else if (namespaces.has(name)) {
    send(response, 409, toStatus(409, 'AlreadyExists', `namespaces "${name}" already exists`));
  } else {
    namespaces.set(name, `uid-of-${name}`);
    send(response, 201, toNamespace(name, `uid-of-${name}`));
  }
}

function remove(
  { namespaces }: ApiServer,
  name: string,
  uid: string | undefined,
  response: ServerResponse,
): void {
  if (uid !== undefined && uid !== namespaces.get(name)) {
    const message = `Operation cannot be fulfilled: Precondition failed: UID in precondition: ${uid}`;
    send(response, 409, toStatus(409, 'Conflict', message));
    return;
  }
  const found = namespaces.get(name) ?? '';
  namespaces.delete(name);
  send(response, 200, toNamespace(name, found));
}

async function answer(
  server: ApiServer,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = (request.url ?? '').replace(/\?.*$/, '');
  const body = JSON.parse((await text(request)) || '{}') as Body;
  server.requests.push(`${request.method} ${path}`);
  if (path === '/version') return send(response, 200, { major: '1', minor: '36' });
  if (request.method === 'POST' && path === NAMESPACES)
    return create(server, body.metadata?.name ?? '', response);
  const name = path.startsWith(`${NAMESPACES}/`) ? path.slice(NAMESPACES.length + 1) : null;
  const uid = name === null ? undefined : server.namespaces.get(name);
  if (name !== null && uid === undefined)
    return send(response, 404, toStatus(404, 'NotFound', `namespaces "${name}" not found`));
  if (name !== null && request.method === 'DELETE')
    return remove(server, name, body.preconditions?.uid, response);
  if (name !== null) return send(response, 200, toNamespace(name, uid ?? ''));
  await server.onDiscovery();
  return send(
    response,
    403,
    toStatus(403, 'Forbidden', `forbidden: User "jane" cannot get ${path}`),
  );
}

export async function startApiServer(): Promise<ApiServer> {
  const folder = mkdtempSync(join(tmpdir(), 'relevo-api-'));
  const http: Server = createServer((request, response) => void answer(server, request, response));
  await new Promise<void>((resolve) => http.listen(0, resolve));
  const { port } = http.address() as AddressInfo;
  const server: ApiServer = {
    kubeconfig: join(folder, 'here'),
    elsewhere: join(folder, 'elsewhere'),
    namespaces: new Map([['default', 'uid-of-default']]),
    requests: [],
    refusal: null,
    onDiscovery: () => undefined,
    close: () => {
      http.closeAllConnections();
      http.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  writeFileSync(server.kubeconfig, JSON.stringify(toKubeconfig(port, 'here')));
  writeFileSync(server.elsewhere, JSON.stringify(toKubeconfig(port, 'elsewhere')));
  return server;
}

/** The Linux kernel leads every address of 127/8 to this machine. */
const toKubeconfig = (port: number, context: string): object => ({
  'apiVersion': 'v1',
  'kind': 'Config',
  'current-context': context,
  'clusters': [
    { name: 'here', cluster: { server: `http://127.0.0.1:${port}` } },
    { name: 'elsewhere', cluster: { server: `http://127.8.0.1:${port}` } },
    { name: 'nowhere', cluster: { server: 'http://127.0.0.1:1' } },
  ],
  'users': [],
  'contexts': ['here', 'elsewhere', 'nowhere'].map((name) => ({
    name,
    context: { cluster: name, user: '' },
  })),
});
