/**
 * The logs of the processes: the control of `npm start` with real files, a monitor that asks it,
 * and a monitor without one.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createProcessLogs } from '../../../local/logs/process-logs.js';
import { startControlServer, type ControlServer } from '../../../local/rolling/control-server.js';
import type { RunningMonitor } from '../../../monitor/start.js';
import type { LogTail } from '../../../shared/contracts/process-logs.js';
import { call, CALM, Hospital } from './support.js';

const TOKENS = { api: 'api', operator: 'operator', internal: 'internal' };
const toUrl = ({ server }: RunningMonitor): string =>
  `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const SECRET = 'outside of the logs';
const line = (level: string, msg: string): string =>
  `${JSON.stringify({ level, time: '2026-11-21T18:12:04.156Z', msg, term: 4 })}\n`;

describe('the logs of the processes', () => {
  let folder: string;
  let hospital: Hospital;
  let monitor: RunningMonitor;
  let alone: RunningMonitor;
  let control: ControlServer;
  const add = (text: string): void => appendFileSync(join(folder, 'logs', 'server_1.log'), text);

  /** Asks the control itself, with the path as it is written here. */
  const ask = async (path: string, token: string | null = 'operator') => {
    const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
    const response = await fetch(control.url + path, { headers });
    return { status: response.status, text: await response.text() };
  };
  const read = async (query = '', of = monitor): Promise<LogTail> => {
    const { body } = await call(of, 'GET', `/logs/server_1.json${query}`, 'operator');
    return body as unknown as LogTail;
  };
  const getMessages = ({ lines }: LogTail): string[] => lines.map(({ message }) => message);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'relevo-process-logs-'));
    const logs = join(folder, 'logs');
    mkdirSync(logs);
    writeFileSync(join(folder, 'secret.log'), `${SECRET}\n`);
    writeFileSync(join(logs, 'former.log'), `${SECRET}\n`);
    add(line('info', 'one') + line('warn', 'two') + 'LOG:  plain <b>\n' + line('error', 'three'));
    const processes = [
      { name: 'server_1', kind: 'payments' },
      { name: 'postgres', kind: 'postgres' },
    ];
    control = await startControlServer(
      () => null,
      TOKENS,
      createProcessLogs(logs, () => processes),
    );
    hospital = await Hospital.open();
    const [first, second] = await hospital.plan(2);
    if (!first || !second) throw new Error('no place');
    monitor = await hospital.startMonitor(first, { ...CALM, SUPERVISOR_URL: control.url });
    alone = await hospital.startMonitor(second, CALM);
  });
  afterAll(async () => {
    control?.close();
    await hospital?.close();
    rmSync(folder, { recursive: true });
  });

  test.each(['/logs', '/logs/server_1', '/logs/unknown', '/logs/..%2Fsecret'])(
    'the control shows %s only to an operator',
    async (path) => {
      expect((await ask(path, null)).status).toBe(401);
      for (const token of ['api', 'internal', 'wrong'])
        expect((await ask(path, token)).status).toBe(token === 'wrong' ? 401 : 403);
    },
  );

  test.each([
    ['/logs/server_9', 404],
    // It has a file, and is no process of this system.
    ['/logs/former', 404],
    ['/logs/..%2Fsecret', 400],
    ['/logs/%2e%2e%2fsecret', 400],
    ['/logs/server_1%00', 400],
    ['/logs/server_1.log', 400],
    [`/logs/${'x'.repeat(65)}`, 400],
    ['/logs/../secret', 404],
    ['/logs/server_1?lines=0', 400],
    ['/logs/server_1?lines=1001', 400],
    ['/logs/server_1?lines=1e3', 400],
    ['/logs/server_1?level=loud', 400],
    ['/logs/server_1?after=..%2Fsecret', 400],
    [`/logs/server_1?text=${'x'.repeat(201)}`, 400],
    ['/logs/server_1?text=%00', 400],
    ['/logs/server_1?path=secret', 400],
    ['/logs/server_1?lines=1&lines=2', 400],
  ])('the control refuses %s with %i', async (path, status) => {
    const answer = await ask(path);
    expect(answer.status).toBe(status);
    expect(answer.text).not.toContain(SECRET);
  });

  test('lines have their parts, a filter by level and by text, and a bound', async () => {
    const all = await read();
    expect(getMessages(all)).toEqual(['one', 'two', 'LOG:  plain <b>', 'three']);
    expect(all.lines[1]).toEqual({
      ...{ time: '2026-11-21T18:12:04.156Z', level: 'warn', message: 'two' },
      fields: [{ name: 'term', value: '4' }],
    });
    expect(getMessages(await read('?level=warn'))).toEqual(['two', 'LOG:  plain <b>', 'three']);
    expect(getMessages(await read('?text=THR&level='))).toEqual(['three']);
    expect(await read('?lines=1')).toMatchObject({ lines: [{ message: 'three' }], skipped: true });
  });

  test('a follower gets newer lines only, and a position of another file is noticed', async () => {
    const { position } = await read();
    add(line('info', 'four'));
    const newer = await read(`?after=${position}`);
    expect(getMessages(newer)).toEqual(['four']);
    expect(getMessages(await read(`?after=${newer.position}`))).toEqual([]);
    const foreign = await read('?lines=1&after=1-1-9-00000000');
    expect(foreign).toMatchObject({ lines: [{ message: 'four' }], restarted: true });
  });

  test('a process without a file has no lines; an unknown one is refused', async () => {
    const empty = await call(monitor, 'GET', '/logs/postgres.json', 'operator');
    expect(empty.body).toMatchObject({ lines: [], position: '' });
    const unknown = await call(monitor, 'GET', '/logs/server_9.json', 'operator');
    expect(unknown).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
    const { body } = await call(monitor, 'GET', '/logs.json', 'operator');
    expect(body['processes']).toEqual([
      { name: 'server_1', kind: 'payments' },
      { name: 'postgres', kind: 'postgres' },
    ]);
  });

  test('without a supervisor the JSON refuses and the page names the other commands', async () => {
    const json = await call(alone, 'GET', '/logs/server_1.json', 'operator');
    expect(json).toMatchObject({ status: 409, body: { code: 'NO_SUPERVISOR' } });
    const headers = { authorization: 'Bearer operator', accept: 'text/html' };
    const page = await fetch(`${toUrl(alone)}/logs/server_1`, { headers });
    const text = await page.text();
    expect(page.status).toBe(409);
    for (const words of ['kubectl -n relevo logs', 'docker compose logs', 'relevo logs server_1'])
      expect(text).toContain(words);
  });

  test('markup in a line is text on the page', async () => {
    add('<img src=x onerror=alert(1)>\n');
    const headers = { authorization: 'Bearer operator', accept: 'text/html' };
    const page = await fetch(`${toUrl(monitor)}/logs/server_1`, { headers });
    const text = await page.text();
    expect(page.status).toBe(200);
    expect(text).toContain('&lt;img src=x onerror=alert(1)&gt;');
    expect(text).not.toContain('<img');
  });

  test('a supervisor that does not answer is unavailable', async () => {
    control.close();
    const answer = await call(monitor, 'GET', '/logs/server_1.json', 'operator');
    expect(answer).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE' } });
  });
});
