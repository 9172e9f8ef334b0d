/** A port in use at a start: the refusal, and the wait after a start that was killed. */
import { expect, test } from '@jest/globals';
import { createServer, type Server } from 'node:net';
import { checkPorts } from '../../../local/check-ports.js';
import type { Place } from '../../../local/plan.js';
import { freePort } from '../../../local/processes/ports.js';

const IS_LINUX = process.platform === 'linux';

async function occupy(port: number): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return server;
}

const toPlace = (port: number): Place => ({
  name: 'patients_1',
  kind: 'patients',
  fixedPort: port - 200,
});

test('the refusal names the port, its process, the command that ends it, and another offset', async () => {
  const port = await freePort();
  const server = await occupy(port);
  try {
    const waits: string[] = [];
    const check = checkPorts([toPlace(port)], 200, {
      patienceMs: 0,
      onWait: (text) => waits.push(text),
    });
    const { message } = (await check.catch((error: unknown) => error)) as Error;
    expect(message).toContain(`Port ${port}, which patients_1 needs, is taken`);
    expect(message).toContain(IS_LINUX ? `kill ${process.pid}` : `lsof -i :${port}`);
    expect(message).toContain('RELEVO_PORT_OFFSET=300');
    expect(waits).toEqual([]);
  } finally {
    server.close();
  }
});

test('after a killed start, the wait is reported once and ends with the former process', async () => {
  const port = await freePort();
  const server = await occupy(port);
  const waits: string[] = [];
  const onWait = (text: string): void => {
    waits.push(text);
    server.close();
  };
  await checkPorts([toPlace(port), toPlace(port)], 200, { patienceMs: 60_000, onWait });
  expect(waits).toEqual([
    expect.stringMatching(new RegExp(`^Port ${port}, .*waiting up to 60 s for the end of the`)),
  ]);
});
