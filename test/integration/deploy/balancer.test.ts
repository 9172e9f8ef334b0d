/**
 * deploy/haproxy has the files that the code renders. After a change: `UPDATE_DOCS=1 npm test --
 * test/integration/deploy/balancer`. A real HAProxy runs with them: the names of the containers,
 * their folders and ports are replaced by those of this machine, and nothing else.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { COMPOSE_POOL, CONFIG_FOLDER, renderComposeBalancer } from '../../../deploy/balancer.js';
import { freePort } from '../../../local/processes/ports.js';
import { ROOT } from '../../../local/root.js';
import { BALANCER_PROGRAMS, findProgram } from '../../../local/setup/programs.mjs';
import { createControl, readControlFile } from '../../../shared/balancer/open-control.js';
import { eventually } from '../../support/eventually.js';
import { describeWith } from '../../support/tools.js';

const FOLDER = join(ROOT, 'deploy/haproxy');
const writeAll = (folder: string, files: Record<string, string>): void => {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
};

test('deploy/haproxy has the rendered files, and no other', () => {
  const wanted = renderComposeBalancer();
  if (process.env['UPDATE_DOCS'] === '1') writeAll(FOLDER, wanted);
  const names = (readdirSync(FOLDER, { recursive: true }) as string[]).filter((name) =>
    /\.\w+$/.test(name),
  );
  const found = names.map((name) => [name, readFileSync(join(FOLDER, name), 'utf8')]);
  expect(Object.fromEntries(found)).toEqual(wanted);
});

describeWith('balancers', 'HAProxy with the files of deploy/haproxy', () => {
  const folder = mkdtempSync(join(tmpdir(), 'relevo-compose-'));
  const program = findProgram(BALANCER_PROGRAMS.haproxy.names) ?? '';
  const servers: Server[] = [];
  let haproxy: ChildProcess;
  let url: string;

  /** The text of the configuration on this machine. */
  const replaceAll = (text: string, parts: Record<string, string>): string =>
    Object.entries(parts).reduce((changed, [from, to]) => changed.replaceAll(from, to), text);

  async function startInstance(name: string): Promise<number> {
    const port = await freePort();
    const server = createServer((request, response) =>
      response.end(JSON.stringify({ name, from: request.headers['x-forwarded-for'] })),
    ).listen(port, '127.0.0.1');
    await once(server, 'listening');
    servers.push(server);
    return port;
  }

  beforeAll(async () => {
    const [port, page] = [await freePort(), await freePort()];
    const own = {
      '0.0.0.0:4000': `127.0.0.1:${port}`,
      '127.0.0.1:4090': `127.0.0.1:${page}`,
      'patients-1:4001': `127.0.0.1:${await startInstance('patients_1')}`,
      'patients-2:4002': `127.0.0.1:${await startInstance('patients_2')}`,
      [CONFIG_FOLDER]: folder,
      '/run/balancer': folder,
    };
    url = `http://127.0.0.1:${port}`;
    cpSync(FOLDER, folder, { recursive: true });
    for (const name of ['haproxy.cfg', 'control.json'])
      writeFileSync(join(folder, name), replaceAll(readFileSync(join(FOLDER, name), 'utf8'), own));
    writeFileSync(join(folder, 'leaving.acl'), '');
    haproxy = spawn(program, ['-W', '-db', '-f', join(folder, 'haproxy.cfg')], { stdio: 'ignore' });
    await eventually(async () => (await fetch(`http://127.0.0.1:${page}/`)).ok, {
      what: 'its page',
    });
  });
  afterAll(async () => {
    haproxy.kill('SIGTERM');
    await once(haproxy, 'exit');
    servers.forEach((server) => server.close());
    rmSync(folder, { recursive: true, force: true });
  });

  const ask = async (): Promise<{ name: string; from: string }> =>
    (await (await fetch(url, { headers: { connection: 'close' } })).json()) as never;
  const newClients = async (): Promise<string[]> => {
    const answers = await Promise.all(Array.from({ length: 8 }, ask));
    return [...new Set(answers.map(({ name }) => name))].toSorted();
  };

  test('haproxy -c accepts the file, with names that do not exist yet', () => {
    const text = readFileSync(join(FOLDER, 'haproxy.cfg'), 'utf8');
    expect(text).toContain('patients-1:4001');
    const file = join(folder, 'names.cfg');
    const here = { [CONFIG_FOLDER]: folder, '/run/balancer': folder };
    writeFileSync(file, replaceAll(text, here));
    const check = (): number | null => spawnSync(program, ['-c', '-q', '-f', file]).status;
    expect(check()).toBe(0);
    writeFileSync(
      file,
      replaceAll(text, { ...here, 'default_backend patients': 'default_backend x' }),
    );
    expect(check()).toBe(1);
  });

  test('clients reach both instances, and an instance that is drained through its socket only one', async () => {
    await eventually(async () => (await newClients()).length === 2, { what: 'both instances' });
    expect(await ask()).toMatchObject({ from: '127.0.0.1' });
    const file = await readControlFile(folder);
    expect(file.pool.members.map(({ name }) => name)).toEqual(
      COMPOSE_POOL.members.map(({ name }) => name),
    );
    const control = createControl({ ...file, folder });
    await control.set('patients_2', 'drain');
    expect(await newClients()).toEqual(['patients_1']);
    await control.set('patients_2', 'ready');
  });

  test('without an instance the answer is a problem document', async () => {
    servers.forEach((server) => {
      server.closeAllConnections();
      server.close();
    });
    const response = await eventually(
      async () => {
        const answer = await fetch(url);
        return answer.status === 503 ? answer : null;
      },
      { what: 'HAProxy knows that no instance is left' },
    );
    expect(response.headers.get('content-type')).toBe('application/problem+json');
  });
});
