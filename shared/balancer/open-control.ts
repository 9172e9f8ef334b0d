/**
 * Opens the runtime control of a balancer. The file `control.json` of the balancer's folder names
 * its interface.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { BalancerControl, ControlFile } from './control.js';
import { createApacheControl } from './apache-control.js';
import { createHaproxyControl } from './haproxy-control.js';
import { createNginxControl } from './nginx-control.js';
import { BALANCERS, STRATEGIES } from './pool.js';

const member = z.object({
  name: z.string(),
  host: z.string(),
  port: z.int(),
  weight: z.int(),
});

const controlFile = z.object({
  balancer: z.enum(BALANCERS),
  folder: z.string(),
  nonce: z.string(),
  pool: z.object({
    host: z.string(),
    port: z.int(),
    adminPort: z.int(),
    members: z.array(member),
    affinity: z.enum(['cookie', 'none']),
    cookie: z.string(),
    strategy: z.enum(STRATEGIES),
    retries: z.enum(['safe', 'none', 'all']),
    check: z.object({
      path: z.string(),
      intervalMs: z.int(),
      timeoutMs: z.int(),
      fall: z.int(),
      rise: z.int(),
    }),
    serverTimeoutMs: z.int(),
  }),
});
/** Name of the file in the balancer's folder; only its owner may read it. */
export const CONTROL_FILE = 'control.json';

/** @throws Error when the file is missing or has another form. */
export const readControlFile = async (folder: string): Promise<ControlFile> =>
  controlFile.parse(JSON.parse(await readFile(join(folder, CONTROL_FILE), 'utf8')));

const ADAPTERS: Record<ControlFile['balancer'], (file: ControlFile) => BalancerControl> = {
  haproxy: createHaproxyControl,
  apache: createApacheControl,
  nginx: createNginxControl,
};

export const createControl = (file: ControlFile): BalancerControl => ADAPTERS[file.balancer](file);
