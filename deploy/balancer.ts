/**
 * The load balancer of docker-compose.yml: HAProxy, with the configuration that `npm start`
 * renders, for the hosts and folders of the containers. The files in deploy/haproxy are generated;
 * after a change: `UPDATE_DOCS=1 npm test -- test/integration/deploy/balancer`. Pure.
 */
import { haproxyPaths, renderHaproxy } from '../local/engines/haproxy-config.js';
import type { ControlFile } from '../shared/balancer/control.js';
import { CONTROL_FILE } from '../shared/balancer/open-control.js';
import { createPool, DEFAULT_WEIGHT, type Pool } from '../shared/balancer/pool.js';
import { PROBLEM_FILES, toProblemFolder } from '../shared/balancer/problems.js';

/** The folder of the generated files in HAProxy's container. */
export const CONFIG_FOLDER = '/usr/local/etc/haproxy';
/** Holds the sockets; a volume that the monitors share, because they set the states. */
export const RUN_FOLDER = '/run/balancer';

export const COMPOSE_POOL: Pool = createPool({
  host: '0.0.0.0',
  port: 4000,
  adminPort: 4090,
  members: [1, 2].map((number) => ({
    name: `patients_${number}`,
    host: `patients-${number}`,
    port: 4000 + number,
    weight: DEFAULT_WEIGHT,
  })),
});

/** The contents of each file of deploy/haproxy. */
export function renderComposeBalancer(): Record<string, string> {
  const pool = COMPOSE_POOL;
  const control: ControlFile = { balancer: 'haproxy', folder: RUN_FOLDER, nonce: '', pool };
  const paths = haproxyPaths(RUN_FOLDER, { problems: toProblemFolder(CONFIG_FOLDER) });
  const problems = Object.entries(PROBLEM_FILES).map(([name, text]) => [`problems/${name}`, text]);
  return {
    'haproxy.cfg': `# Generated from deploy/balancer.ts.\n${renderHaproxy(pool, paths)}`,
    [CONTROL_FILE]: `${JSON.stringify(control, null, 2)}\n`,
    ...(Object.fromEntries(problems) as Record<string, string>),
  };
}
