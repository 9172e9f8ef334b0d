/**
 * Runs a load balancer in front of the patients instances, with the real engine of the operating
 * system: its folder, its configuration and its process. Never uses the service or the
 * configuration of the system.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { APACHE_MANAGER } from '../../shared/balancer/apache-control.js';
import type { ControlFile } from '../../shared/balancer/control.js';
import { CONTROL_FILE } from '../../shared/balancer/open-control.js';
import type { BalancerName, Pool } from '../../shared/balancer/pool.js';
import { NOTHING_HERE, PROBLEM_FILES, toProblemFolder } from '../../shared/balancer/problems.js';
import { StartError } from '../errors.js';
import { ManagedProcess } from '../processes/processes.js';
import { answersOk } from '../processes/service-process.js';
import { BALANCER_PROGRAMS, findProgram } from '../setup/programs.mjs';
import { findAccount, type Account } from './account.js';
import type { BalancerEngine } from './balancer-engine.js';
import { apacheEngine } from './apache.js';
import { haproxyEngine } from './haproxy.js';
import { nginxEngine } from './nginx.js';

const ENGINES: Record<BalancerName, BalancerEngine> = {
  haproxy: haproxyEngine,
  apache: apacheEngine,
  nginx: nginxEngine,
};

const READY_DEADLINE_MS = 15_000;
const STOP_DEADLINE_MS = 5_000;

export class BalancerProcess extends ManagedProcess {
  constructor(
    spec: ConstructorParameters<typeof ManagedProcess>[0],
    private readonly engine: BalancerEngine,
    readonly control: ControlFile,
  ) {
    super(spec);
  }

  /** The address of its own page, on 127.0.0.1 only. */
  get adminUrl(): string {
    return toAdminUrl(this.control);
  }

  /**
   * Loads the configuration again; requests in progress and the states of the instances stay.
   * @throws Error when it does not run.
   */
  async reload(): Promise<void> {
    if (this.pid === null) throw new Error(`${this.name} is not running`);
    await this.engine.reload(this.control, this.pid);
  }
}

const toAdminUrl = ({ balancer, pool }: ControlFile): string =>
  `http://127.0.0.1:${pool.adminPort}${balancer === 'apache' ? APACHE_MANAGER : '/'}`;

/** Another user may own the workers, so that the folder is made anew with each start. */
function makeFolder(folder: string, control: ControlFile): void {
  // httpd serves the files of this folder, so that it has no others.
  const problems = toProblemFolder(folder);
  mkdirSync(problems, { recursive: true, mode: 0o700 });
  const { status, body } = NOTHING_HERE;
  for (const [name, text] of Object.entries({ ...PROBLEM_FILES, [`${status}.json`]: body }))
    writeFileSync(join(problems, name), text, { mode: 0o600 });
  writeFileSync(join(folder, CONTROL_FILE), JSON.stringify(control, null, 2), { mode: 0o600 });
}

export interface BalancerOptions {
  balancer: BalancerName;
  pool: Pool;
  /** Holds the folder of the balancer. */
  dataDir: string;
}

/** @throws StartError when the program is missing. */
export function findBalancer(balancer: BalancerName): string {
  const { label, names, packageName } = BALANCER_PROGRAMS[balancer];
  const program = findProgram(names);
  if (program) return program;
  throw new StartError(
    `${label} is missing: install ${packageName} (Debian: apt-get install ${packageName}), or start without --balancer.`,
  );
}

/** Makes the folder anew. @throws StartError when it cannot be written. */
async function writeConfiguration(engine: BalancerEngine, control: ControlFile): Promise<void> {
  const { balancer, folder } = control;
  try {
    rmSync(folder, { recursive: true, force: true });
    makeFolder(folder, control);
    await engine.configure(control);
  } catch (error) {
    if (error instanceof StartError) throw error;
    throw new StartError(
      `The configuration of ${balancer} cannot be written into ${folder}: ${(error as Error).message}.`,
    );
  }
}

export async function requireAccount(program: string, versionFlag: string): Promise<Account> {
  const account = await findAccount(program, versionFlag);
  if (typeof account !== 'string') return account;
  throw new StartError(
    `${program} cannot run here (${account}); start Relevo as an ordinary user.`,
  );
}

/** Writes the configuration; does not start the balancer. @throws StartError */
export async function prepareBalancer({
  balancer,
  pool,
  dataDir,
}: BalancerOptions): Promise<BalancerProcess> {
  const program = findBalancer(balancer);
  const engine = ENGINES[balancer];
  const folder = join(dataDir, balancer);
  const control = { balancer, folder, pool, nonce: randomBytes(18).toString('hex') };
  await writeConfiguration(engine, control);
  const { before, own } = await requireAccount(program, engine.versionFlag);
  own(folder);
  return new BalancerProcess(
    {
      name: balancer,
      kind: balancer,
      port: pool.port,
      url: `http://${pool.host}:${pool.port}`,
      command: [program, ...engine.args(folder)],
      cwd: folder,
      before,
      deathSignal: 'TERM',
      tree: true,
      group: true,
      ready: () => answersOk(toAdminUrl(control)),
      readyDeadlineMs: READY_DEADLINE_MS,
      stopSignal: engine.stopSignal,
      stopDeadlineMs: STOP_DEADLINE_MS,
    },
    engine,
    control,
  );
}
