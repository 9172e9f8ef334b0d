/**
 * Logged errors, with the errors of real clients, and a service whose log output cannot be written.
 */
import { spawn } from 'node:child_process';
import { existsSync, openSync, closeSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import axios from 'axios';
import { ROOT } from '../../../local/root.js';
import { ReplicaClient } from '../../../monitor/cluster/replica-client.js';
import { Problem } from '../../../shared/errors.js';
import { createLogger } from '../../../shared/observability/logger.js';
import { onlyWhere } from '../../support/only-where.js';

const SECRET = 'a-token-that-must-not-be-logged';

/** The output written while `work` logs. */
function logged(work: (logger: ReturnType<typeof createLogger>) => void): string {
  let text = '';
  work(createLogger('test', 'test_1', 'debug', { write: (line) => void (text += line) }));
  return text;
}

describe('the log', () => {
  const server = createServer((_, response) => response.writeHead(500).end());
  let url = '';
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const failure = (): Promise<unknown> =>
    axios
      .post(
        url,
        { secret: SECRET },
        { headers: { authorization: `Bearer ${SECRET}` }, proxy: false },
      )
      .catch((error: unknown) => error);

  it('omits headers, body and configuration of a failed HTTP call: as the error, as its cause, under another name', async () => {
    const error = await failure();
    // The control: the error holds the secret.
    expect(JSON.stringify((error as { config: unknown }).config)).toContain(SECRET);
    const problem = new Problem('UNAVAILABLE', 'no answer', { cause: error });
    const text = logged((logger) => {
      logger.error({ err: error }, 'as the error');
      logger.error({ err: problem }, 'as the cause');
      logger.error({ failure: error, entry: 1 }, 'under another name');
      logger.error({ err: new AggregateError([error], 'all of them') }, 'as one of several');
      logger.error(error, 'alone');
    });
    expect(text).not.toContain(SECRET);
    expect(text).not.toMatch(/"(headers|config|request|response)"/);
    expect(text.match(/Request failed with status code 500/g)?.length).toBeGreaterThanOrEqual(5);
  });

  it('omits the values of a refused Redis command and of a refused row', () => {
    const redis = Object.assign(new Error('ERR unknown'), {
      command: { name: 'set', args: ['session', SECRET] },
    });
    const postgres = Object.assign(new Error('duplicate key'), {
      code: '23505',
      detail: `Key (document)=(${SECRET}) already exists.`,
      constraint: 'patient_document_key',
    });
    const text = logged((logger) =>
      [redis, postgres].forEach((err) => logger.warn({ err }, 'refused')),
    );
    expect(text).not.toContain(SECRET);
    expect(text).toContain('"constraint":"patient_document_key"');
  });

  it('replaces a token or a password in a message', () => {
    const text = logged((logger) =>
      logger.warn(
        { err: new Error(`postgresql://user:${SECRET}@127.0.0.1/relevo, Bearer ${SECRET}`) },
        'refused',
      ),
    );
    expect(text).not.toContain(SECRET);
  });

  it('ends the cause chain of an error that causes itself', () => {
    const error = new Error('itself');
    error.cause = error;
    expect(logged((logger) => logger.warn({ err: error }, 'round and round')).length).toBeLessThan(
      50_000,
    );
  });

  it('does not reveal the token when the call of a monitor to a replica failed', async () => {
    const client = new ReplicaClient({
      replicas: [{ id: 'server_1', url }],
      internalToken: SECRET,
      pingTimeoutMs: 5_000,
    });
    const error = (await client
      .setFaults('server_1', { kill: true })
      .catch((one: unknown) => one)) as Error;
    client.close();
    expect(error).toMatchObject({ code: 'ERR_BAD_RESPONSE', status: 500 });
    expect([...Object.keys(error)].sort()).toEqual(['code', 'name', 'status']);
  });

  const onLinux = onlyWhere(existsSync('/dev/full'), 'needs /dev/full', it);
  onLinux('does not end the service when it cannot be written (full disk)', async () => {
    const script = `
      import { createLogger } from ${JSON.stringify(join(ROOT, 'shared/observability/logger.ts'))};
      const logger = createLogger('test', 'test_1', 'info');
      for (let line = 0; line < 100; line += 1) logger.info('x'.repeat(20_000));
      setTimeout(() => process.exit(5), 20);`;
    const full = openSync('/dev/full', 'w');
    const env = { ...process.env, NODE_OPTIONS: '' };
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '-e', script],
      { cwd: ROOT, env, stdio: ['ignore', full, 'ignore'] },
    );
    closeSync(full);
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(5);
  });
});
