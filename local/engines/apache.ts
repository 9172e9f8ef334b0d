/** Apache httpd in the foreground. `SIGUSR1` reloads it and lets requests in progress finish. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StartError } from '../errors.js';
import { renderApache } from './apache-config.js';
import type { BalancerEngine } from './balancer-engine.js';
import { existsSync } from 'node:fs';

const CONFIG = 'httpd.conf';
/** Debian, Fedora, Alpine, Homebrew. */
const MODULE_FOLDERS = [
  '/usr/lib/apache2/modules',
  '/usr/lib64/httpd/modules',
  '/usr/lib/apache2',
  '/opt/homebrew/opt/httpd/lib/httpd/modules',
];

/** @throws StartError when there are no modules. */
function findModules(): string {
  const found = MODULE_FOLDERS.find((folder) => existsSync(join(folder, 'mod_proxy_balancer.so')));
  if (found) return found;
  throw new StartError(
    `Apache httpd has no mod_proxy_balancer in ${MODULE_FOLDERS.join(' or ')}; install apache2-bin.`,
  );
}

export const apacheEngine: BalancerEngine = {
  versionFlag: '-v',
  async configure({ folder, pool, nonce }) {
    for (const name of ['run', 'logs']) await mkdir(join(folder, name), { mode: 0o700 });
    const text = renderApache(pool, { folder, modules: findModules(), nonce });
    await writeFile(join(folder, CONFIG), text, { mode: 0o600 });
  },
  args: (folder) => ['-d', folder, '-f', join(folder, CONFIG), '-D', 'FOREGROUND'],
  checkArgs: (folder) => ['-d', folder, '-f', join(folder, CONFIG), '-t'],
  stopSignal: 'SIGTERM',
  reload: (_control, pid) => {
    process.kill(pid, 'SIGUSR1');
    return Promise.resolve();
  },
};
