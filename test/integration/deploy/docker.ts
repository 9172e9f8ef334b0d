/**
 * Docker Compose for a test: a separate project on its own loopback address, removed with
 * everything it created.
 */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { ROOT } from '../../../local/root.js';

const run = promisify(execFile);
/** Includes the installation of the packages on the first build. */
const LONGEST_MS = 600_000;

export interface Project {
  /** The address of the published ports: `127.x.y.z`. */
  address: string;
  tokens: { api: string; operator: string };
  /**
   * Runs `docker compose …` until it ends. @returns its standard output. @throws Error with its
   * standard error.
   */
  compose: (...words: string[]) => Promise<string>;
  /** Runs a statement in its PostgreSQL. @returns the rows, columns separated by `|`. */
  sql: (statement: string) => Promise<string[]>;
  /** Every line of the gateway's ledger. */
  charges: () => Promise<{ key: string; status: string }[]>;
  /** Removes containers, networks, volumes and the built image; the base images stay. */
  remove: () => Promise<void>;
}

const word = (): string => randomBytes(16).toString('hex');

/**
 * On Linux every address of 127/8 is loopback, so other programs on the machine cannot occupy the
 * published ports.
 */
function ownAddress(): string {
  const [first = 0, second = 0] = randomBytes(2);
  return `127.${1 + (first % 254)}.${second}.1`;
}

/** Starts no service yet. */
export function createProject(): Project {
  const name = `relevo-test-${randomBytes(4).toString('hex')}`;
  const address = ownAddress();
  const tokens = { api: word(), operator: word() };
  const password = word();
  const env = {
    ...process.env,
    COMPOSE_PROJECT_NAME: name,
    RELEVO_IMAGE: name,
    PUBLISH_ON: address,
    POSTGRES_PASSWORD: password,
    REDIS_PASSWORD: word(),
    API_TOKEN: tokens.api,
    OPERATOR_TOKEN: tokens.operator,
    INTERNAL_TOKEN: word(),
  };
  const compose = async (...words: string[]): Promise<string> => {
    const { stdout } = await run('docker', ['compose', ...words], {
      cwd: ROOT,
      env,
      timeout: LONGEST_MS,
      maxBuffer: 2 ** 26,
    });
    return stdout;
  };
  const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');
  return {
    address,
    tokens,
    compose,
    sql: async (statement) => {
      const psql = ['psql', '-h', '127.0.0.1', '-U', 'relevo', '-d', 'relevo', '-Atc', statement];
      return lines(
        await compose('exec', '-T', '-e', `PGPASSWORD=${password}`, 'postgres', ...psql),
      );
    },
    charges: async () => {
      const ledger = await compose('exec', '-T', 'gateway', 'cat', '/var/lib/relevo/ledger.ndjson');
      return lines(ledger).map((line) => JSON.parse(line) as { key: string; status: string });
    },
    remove: async () => {
      await compose('down', '--volumes', '--timeout', '20');
      await run('docker', ['image', 'rm', name], { env });
    },
  };
}
