/** Stand-ins for the programs beside the services: load balancer, and control of `npm start`. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NGINX_PID } from '../../../shared/balancer/nginx-control.js';
import { CONTROL_FILE } from '../../../shared/balancer/open-control.js';
import { createPool, DEFAULT_WEIGHT } from '../../../shared/balancer/pool.js';

/** Answers on the port of nginx's own page: the only instance is ready. */
export async function startStatesPage(): Promise<{ port: number; stop: () => void }> {
  const server = createServer((_request, response) => {
    response.setHeader('Connection', 'close');
    response.end(JSON.stringify({ patients_1: 'ready' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { port, stop: () => (server.closeAllConnections(), server.close()) };
}

/** The folder of an nginx with one instance. */
export function makeBalancerFolder(port: number, adminPort: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'relevo-security-balancer-'));
  const host = '127.0.0.1';
  const members = [{ name: 'patients_1', host, port, weight: DEFAULT_WEIGHT }];
  const pool = createPool({ host, port: 1, adminPort, members });
  const control = { balancer: 'nginx', folder, nonce: '', pool };
  writeFileSync(join(folder, CONTROL_FILE), JSON.stringify(control));
  // The only instance stays ready, so that no reload is sent to this process.
  writeFileSync(join(folder, NGINX_PID), String(process.pid));
  return folder;
}

/** Answers as the control of `npm start`, and counts the restarts instead of performing them. */
export async function startSupervisor(): Promise<{
  url: string;
  count: () => number;
  stop: () => void;
}> {
  const { LOG_LIST, LOG_TAIL, RESTART, RESTART_STEPS } =
    await import('../../../monitor/http/examples.js');
  const answers: Readonly<Record<string, unknown>> = {
    '/restarts/plan': RESTART_STEPS,
    '/logs': LOG_LIST,
    '/logs/server_1': LOG_TAIL,
  };
  let restarts = 0;
  const server = createServer((request, response) => {
    if (request.method === 'POST') restarts += 1;
    response.setHeader('Connection', 'close');
    const { pathname } = new URL(request.url ?? '', 'http://supervisor');
    response.end(JSON.stringify(answers[pathname] ?? RESTART));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    count: () => restarts,
    stop: () => (server.closeAllConnections(), server.close()),
  };
}
