/**
 * `npm start` as a separate process: its output, its refusals, and that it leaves no process or
 * lock. Uses its own ports (RELEVO_PORT_OFFSET) and data in a temporary folder.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRunning } from '../../../local/installation.js';
import { isPortFree } from '../../../local/processes/ports.js';
import { isAlive } from '../../../local/processes/process-tree.js';
import { ROOT } from '../../../local/root.js';
import { findTool } from '../../../local/setup/test-tools.mjs';
import type { Status as MonitorStatus } from '../../../shared/contracts/status.js';
import type { Tokens } from '../../../shared/http/auth.js';
import { eventually } from '../../support/eventually.js';
import { freeOffset, PORTS } from '../../support/free-offset.js';
import { onlyWhere } from '../../support/only-where.js';
import { ranHere } from '../../support/relevo.js';

interface Started {
  child: ChildProcess;
  /** The complete output so far. */
  output: () => string;
  exited: Promise<number | NodeJS.Signals | null>;
}

describe('npm start', () => {
  let folder: string;
  let offset: number;
  const running: Started[] = [];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'relevo-up-'));
    offset = await freeOffset();
  });
  afterEach(async () => {
    for (const { child, exited } of running.splice(0)) {
      child.kill('SIGTERM');
      await exited;
    }
    rmSync(folder, { recursive: true, force: true });
  });

  const run = (command: string, args: string[] = [], env: Record<string, string> = {}): Started => {
    const child = spawn(process.execPath, ['local/bootstrap.mjs', command, ...args], {
      cwd: ROOT,
      env: {
        ...process.env,
        NODE_OPTIONS: '',
        npm_lifecycle_event: '',
        RELEVO_DATA: folder,
        RELEVO_PORT_OFFSET: String(offset),
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data: Buffer) => (text += data.toString()));
    const exited = new Promise<number | NodeJS.Signals | null>((resolve) =>
      child.once('close', (code, by) => resolve(code ?? by)),
    );
    const started = { child, output: () => text, exited };
    running.push(started);
    return started;
  };

  const up = async (args: string[] = []): Promise<Started> => {
    const started = run('up', args);
    const ended = started.exited.then((code) => {
      throw new Error(`it ended (${code}): ${started.output()}`);
    });
    const isUp = eventually(() => started.output().includes('Ctrl-C stops everything'), {
      what: 'npm start is up',
    });
    await Promise.race([isUp, ended]);
    return started;
  };

  interface Status {
    running: boolean;
    processes: { name: string; pid: number }[];
    postgres: { port: number };
  }
  const status = async (): Promise<Status> => {
    const env = { RELEVO_DATA: folder, RELEVO_PORT_OFFSET: String(offset) };
    const { code, out } = await ranHere(['status', '--json'], env);
    expect(code).toBe(0);
    return JSON.parse(out) as Status;
  };

  /** Expects one sentence, without a stack. */
  const expectSentence = (text: string, sentence: RegExp): void => {
    expect(text).toMatch(sentence);
    expect(text).not.toMatch(/^\s+at /m);
  };

  it('refuses wrong arguments with exit code 4', async () => {
    const refused = run('up', ['--monitors', '2']);
    expect(await refused.exited).toBe(4);
    expectSentence(refused.output(), /--monitors must be 1, 3, 5/);
  });

  it('reports a port in use, with the service that needs it and its owner', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(5002 + offset, '127.0.0.1', resolve));
    try {
      const refused = run('up');
      expect(await refused.exited).toBe(3);
      const owner = process.platform === 'linux' ? ` by .*\\(pid ${process.pid}\\)` : '';
      expectSentence(
        refused.output(),
        new RegExp(`^Port ${5002 + offset}, which server_2 needs, is taken${owner};`, 'm'),
      );
      expect(existsSync(join(folder, 'postgres'))).toBe(false);
      expect(existsSync(join(folder, 'relevo.json'))).toBe(false);
    } finally {
      await new Promise((resolve) => other.close(resolve));
    }
  });

  it('refuses data of a newer PostgreSQL and leaves nothing running', async () => {
    mkdirSync(join(folder, 'postgres'));
    writeFileSync(join(folder, 'postgres/PG_VERSION'), '99\n');
    const refused = run('up');
    expect(await refused.exited).toBe(3);
    expectSentence(refused.output(), /is of PostgreSQL 99/);
    expect(await isPortFree(6390 + offset)).toBe(true);
  });

  it('reports that Relevo is not running', async () => {
    const asked = run('status');
    expect(await asked.exited).toBe(1);
    expectSentence(
      asked.output(),
      new RegExp(
        `^Relevo is not running; \`RELEVO_DATA=${folder} RELEVO_PORT_OFFSET=${offset} npm start\` starts it\\.$`,
        'm',
      ),
    );
  });

  it('starts everything, restarts a killed replica, refuses a second start, and leaves nothing at its end', async () => {
    const first = await up();
    const before = await status();
    expect(before.processes.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['patients_1', 'monitor_1', 'server_1', 'server_2', 'server_3']),
    );
    const second = run('up');
    expect(await second.exited).toBe(3);
    expectSentence(
      second.output(),
      new RegExp(`Relevo is running already \\(pid ${first.child.pid}\\)`),
    );

    const victim = before.processes.find(({ name }) => name === 'server_2')?.pid ?? 0;
    process.kill(victim, 'SIGKILL');
    await eventually(
      () => /server_2 was killed \(SIGKILL\)[^]*server_2 is back after/.test(first.output()),
      {
        what: 'server_2 is back',
      },
    );
    const after = await status();
    expect(after.processes.find(({ name }) => name === 'server_2')?.pid).not.toBe(victim);

    first.child.kill('SIGINT');
    expect(await first.exited).toBe(0);
    expect(after.processes.filter(({ pid }) => isAlive(pid))).toEqual([]);
    expect(existsSync(join(folder, 'relevo.json'))).toBe(false);
  }, 120_000);

  interface Control {
    url: string;
    monitor: string;
    headers: Record<string, string>;
  }
  const readControl = (): Control => {
    const running = readRunning(folder)?.system;
    const tokens = JSON.parse(readFileSync(join(folder, 'tokens.json'), 'utf8')) as Tokens;
    return {
      url: running?.control ?? '',
      monitor: running?.addresses['monitor_1'] ?? '',
      headers: {
        'authorization': `Bearer ${tokens.operator}`,
        'content-type': 'application/json',
      },
    };
  };
  const send = async (url: string, body: unknown): Promise<void> => {
    const { headers } = readControl();
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(await response.text());
  };
  const readStates = async (): Promise<(string | undefined)[]> => {
    const { monitor, headers } = readControl();
    const response = await fetch(`${monitor}/status`, { headers });
    return (((await response.json()) as MonitorStatus).patients ?? []).map(({ admin }) => admin);
  };

  /** Starts a rolling restart, and returns while the first instance is out of service. */
  const takeOutFirst = async (): Promise<void> => {
    const { url, monitor } = readControl();
    // Control: only the id of a restart makes a state its own.
    const order = { state: 'drain', reason: 'rolling restart: as an operator' };
    await send(`${monitor}/patients/patients_3/state`, order);
    await send(`${url}/restarts`, { reason: 'test' });
    await eventually(async () => (await readStates())[0] !== 'ready', {
      what: 'patients_1 is out of service',
    });
  };

  const onLinux = onlyWhere(process.platform === 'linux', 'needs Linux', it);
  onLinux(
    'leaves no process when killed with -9 in a rolling restart; the next start finds its data and sets its instance to ready',
    async () => {
      const hasBalancers = findTool(ROOT, 'balancers') !== null || process.env['CI'] === 'true';
      const front = hasBalancers ? ['--patients', '3', '--balancer', 'haproxy'] : [];
      const first = await up(['--replicas', '1', ...front]);
      const { processes } = await status();
      if (hasBalancers) await takeOutFirst();
      first.child.kill('SIGKILL');
      await eventually(() => processes.every(({ pid }) => !isAlive(pid)), {
        what: 'everything ended with it',
      });
      const second = await up(['--replicas', '1', ...front]);
      expect(second.output()).not.toContain('applied to the database');
      if (hasBalancers) {
        expect(second.output()).toContain('patients_1 is ready again');
        expect(await readStates()).toEqual(['ready', 'ready', 'drain']);
      }
      second.child.kill('SIGTERM');
      expect(await second.exited).toBe(0);
    },
    120_000,
  );

  it('leaves nothing running when interrupted while it starts', async () => {
    const started = run('up');
    await eventually(
      () =>
        started.output().includes('Starting server') ||
        started.output().includes('Starting patients'),
      {
        what: 'services are being started',
      },
    );
    started.child.kill('SIGINT');
    expect(await started.exited).toBe(0);
    const free = await Promise.all(PORTS.map((port) => isPortFree(port + offset)));
    expect(free).not.toContain(false);
  });
});
