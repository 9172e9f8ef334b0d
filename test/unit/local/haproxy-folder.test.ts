/** HAProxy in a folder with a long path: its sockets must not depend on the path. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPool } from '../../../shared/balancer/pool.js';
import { haproxyEngine } from '../../../local/engines/haproxy.js';

const POOL = createPool({
  host: '127.0.0.1',
  port: 4000,
  adminPort: 4090,
  members: [{ name: 'patients_1', host: '127.0.0.1', port: 4001, weight: 1 }],
});
const root = mkdtempSync(join(tmpdir(), 'relevo-haproxy-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Configures HAProxy in a folder whose control socket has a path of this length. */
async function configure(socketLength: number): Promise<string> {
  const folder = join(root, 'f'.repeat(socketLength - root.length - '//admin.sock'.length));
  mkdirSync(folder);
  await haproxyEngine.configure({ balancer: 'haproxy', folder, pool: POOL, nonce: 'n' });
  return readFileSync(join(folder, 'haproxy.cfg'), 'utf8');
}

test('the paths of the sockets are relative, because HAProxy allows at most 97 characters', async () => {
  const text = await configure(107);
  expect(text.match(/\.sock/g)).toHaveLength(8);
  expect(text.match(/unix@\.\/[a-z-]+\.sock/g)).toHaveLength(8);
});

test('a folder whose control socket has no possible path is refused', async () => {
  await expect(configure(108)).rejects.toThrow('set RELEVO_DATA to a folder with a shorter path');
});
