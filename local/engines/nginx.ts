/** nginx in the foreground. `SIGHUP` reloads it and lets requests in progress finish. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { reloadNginx, writeNginxMembers } from '../../shared/balancer/nginx-control.js';
import type { BalancerEngine } from './balancer-engine.js';
import { renderNginx } from './nginx-config.js';

const CONFIG = 'nginx.conf';

export const nginxEngine: BalancerEngine = {
  versionFlag: '-v',
  async configure(file) {
    await mkdir(join(file.folder, 'tmp'), { mode: 0o700 });
    await writeFile(join(file.folder, CONFIG), renderNginx(file.pool, file.folder), {
      mode: 0o600,
    });
    await writeNginxMembers(file);
  },
  // `-e`: the log that nginx opens before it reads the configuration.
  args: (folder) => ['-p', folder, '-e', 'stderr', '-c', join(folder, CONFIG)],
  checkArgs: (folder) => ['-p', folder, '-e', 'stderr', '-t', '-c', join(folder, CONFIG)],
  stopSignal: 'SIGTERM',
  reload: ({ folder }) => reloadNginx(folder),
};
