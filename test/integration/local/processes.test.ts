/** ManagedProcess with a small real program: started, frozen, thawed, killed and restarted. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../../local/processes/ports.js';
import { isAlive, sendSignal } from '../../../local/processes/process-tree.js';
import { ManagedProcess, type ProcessSpec } from '../../../local/processes/processes.js';
import { ROOT } from '../../../local/root.js';
import { answersOk } from '../../../local/processes/service-process.js';
import { eventually } from '../../support/eventually.js';
import { onlyWhere } from '../../support/only-where.js';

const SERVER = `
  const server = require('node:http').createServer((_, response) => response.end('ok')).listen(+process.argv[1], '127.0.0.1');
  process.on('SIGTERM', () => { console.log('bye'); process.exit(0); });
`;
const STUBBORN = `${SERVER} process.removeAllListeners('SIGTERM'); process.on('SIGTERM', () => {});`;
const BROKEN = `console.error('no such thing'); process.exit(7);`;

describe('ManagedProcess', () => {
  const made: ManagedProcess[] = [];
  const make = async (
    program: string,
    more: Partial<ProcessSpec> = {},
  ): Promise<ManagedProcess> => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const subject = new ManagedProcess({
      name: 'subject',
      kind: 'other',
      port,
      url,
      command: [process.execPath, '-e', program, String(port)],
      env: { NODE_OPTIONS: '' },
      deathSignal: 'KILL',
      ready: () => answersOk(url),
      readyDeadlineMs: 10_000,
      stopSignal: 'SIGTERM',
      stopDeadlineMs: 5_000,
      ...more,
    });
    made.push(subject);
    return subject;
  };
  afterEach(async () => {
    made.forEach((subject) => (subject.supervised = false));
    await Promise.all(made.splice(0).map((subject) => subject.stop(0)));
  });

  it('is ready when start resolves, and has ended when stop resolves', async () => {
    const subject = await make(SERVER);
    await subject.start();
    const pid = subject.pid ?? 0;
    expect(await answersOk(subject.url)).toBe(true);
    await subject.stop();
    expect(isAlive(pid)).toBe(false);
    expect(await subject.exited).toEqual({ code: 0, signal: null, asked: true });
    expect(subject.pid).toBeNull();
  });

  it('fails with its last lines when it ends while it starts', async () => {
    const subject = await make(BROKEN);
    await expect(subject.start()).rejects.toThrow(
      /subject did not start: it ended with code 7\.[^]*no such thing/,
    );
    await expect(subject.start()).rejects.toThrow(/no such thing/);
  });

  it('fails with the path when its program is missing', async () => {
    const subject = await make(SERVER, { command: ['/no/such/program'] });
    await expect(subject.start()).rejects.toThrow(/subject did not start[^]*no\/such\/program/);
  });

  it('is ended at its deadline when it never becomes ready', async () => {
    const subject = await make(SERVER, { ready: async () => false, readyDeadlineMs: 100 });
    await expect(subject.start()).rejects.toThrow(/was not ready after 0.1 s/);
    expect(subject.pid).toBeNull();
  });

  it('does not answer while frozen, and answers after the thaw', async () => {
    const subject = await make(SERVER);
    await subject.start();
    subject.freeze();
    expect(await answersOk(subject.url)).toBe(false);
    expect(subject.up).toBe(true);
    subject.thaw();
    expect(await answersOk(subject.url)).toBe(true);
  });

  it('is stopped gracefully also while frozen', async () => {
    const subject = await make(SERVER);
    await subject.start();
    subject.freeze();
    await subject.stop();
    expect(await subject.exited).toMatchObject({ code: 0 });
  });

  it('is killed at the deadline when it ignores the signal', async () => {
    const subject = await make(STUBBORN);
    await subject.start();
    await subject.stop(50);
    expect(await subject.exited).toEqual({ code: null, signal: 'SIGKILL', asked: true });
  });

  it('restarts after a kill when supervised, as a new process on the same port', async () => {
    const subject = await make(SERVER);
    subject.supervised = true;
    await subject.start();
    const first = subject.pid;
    const returned = new Promise<number>((resolve) => subject.once('returned', resolve));
    subject.kill();
    expect(await subject.exited).toEqual({ code: null, signal: 'SIGKILL', asked: false });
    expect(await returned).toBeGreaterThanOrEqual(200);
    expect(subject.pid).not.toBe(first);
    expect(await answersOk(subject.url)).toBe(true);
  });

  it('does not restart after a kill when not supervised, until it is started again', async () => {
    const subject = await make(SERVER);
    await subject.start();
    subject.kill();
    await subject.exited;
    expect(subject.pid).toBeNull();
    await subject.start();
    expect(await answersOk(subject.url)).toBe(true);
  });

  it('does not restart when it is stopped in the pause before its restart', async () => {
    const subject = await make(SERVER);
    subject.supervised = true;
    let returned = false;
    subject.on('returned', () => (returned = true));
    await subject.start();
    subject.kill();
    await subject.exited;
    await subject.stop();
    await subject.start(); // Would be refused if it had restarted by itself.
    expect(returned).toBe(false);
  });

  const onLinux = onlyWhere(process.platform === 'linux', 'needs Linux', it);
  /** A starter in a separate process. It prints the pid of its child once `when` has resolved. */
  const startStarter = (spec: string, when: string): ChildProcess => {
    const script = `
      import { ManagedProcess } from ${JSON.stringify(join(ROOT, 'local/processes/processes.ts'))};
      const child = new ManagedProcess({ name: 'child', kind: 'other', port: 0, url: '', command: [process.execPath, '-e', 'setInterval(() => {}, 1000)'],
        deathSignal: 'KILL', ready: async () => true, readyDeadlineMs: 5000, stopSignal: 'SIGTERM', stopDeadlineMs: 1000, ${spec} });
      ${when}`;
    return spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      cwd: ROOT,
      env: { ...process.env, NODE_OPTIONS: '' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  };
  const toldPid = ({ stdout }: ChildProcess): Promise<number> =>
    new Promise((resolve) =>
      stdout?.once('data', (data: Buffer) => resolve(Number(data.toString()))),
    );

  onLinux('does not outlive a starter that is killed with -9', async () => {
    const starter = startStarter('', 'child.start().then(() => console.log(child.pid));');
    const pid = await toldPid(starter);
    expect(isAlive(pid)).toBe(true);
    starter.kill('SIGKILL');
    await eventually(() => !isAlive(pid), { what: 'the child ends with its starter' });
  });

  onLinux('does not run when its starter was killed before the death signal was set', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'relevo-orphan-'));
    const [go, ran] = [join(folder, 'go'), join(folder, 'ran')];
    // The child waits, before every other step, until its starter is dead.
    const before = ['sh', '-c', 'while [ ! -e "$0" ]; do sleep 0.02; done; exec "$@"', go];
    const command = ['sh', '-c', 'echo > "$0"; exec sleep 60', ran];
    const spec = `before: ${JSON.stringify(before)}, command: ${JSON.stringify(command)}, ready: async () => { console.log(child.pid); return false; }`;
    const starter = startStarter(spec, 'child.start();');
    const pid = await toldPid(starter);
    try {
      const ended = new Promise((resolve) => starter.once('exit', resolve));
      starter.kill('SIGKILL');
      await ended;
      writeFileSync(go, '');
      await eventually(() => !isAlive(pid), { what: 'the orphan ends' });
      expect(existsSync(ran)).toBe(false);
    } finally {
      sendSignal(pid, 'SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
