/** The wait for the requests of an instance: only an answer, or a refused connection, ends it. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { waitUntilQuiet } from '../../../local/rolling/wait-until-quiet.js';
import { eventually } from '../../support/eventually.js';

const sample = (seconds: number): string => `relevo_http_oldest_request_seconds ${seconds}\n`;

describe('the wait for the requests of an instance', () => {
  let server: Server;
  /** The questions without an answer. */
  let silent: ServerResponse[];
  let answer: string | null;

  beforeEach(async () => {
    [silent, answer] = [[], sample(0)];
    server = createServer((_request, response) => {
      if (answer === null) silent.push(response);
      else response.end(answer);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  function wait(deadlineMs?: number): { ended: Promise<boolean>; isOver: () => boolean } {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const process = { url, spec: { env: {} } } as unknown as Parameters<typeof waitUntilQuiet>[0];
    let over = false;
    const ended = waitUntilQuiet(process, new AbortController().signal, deadlineMs).finally(() => {
      over = true;
    });
    return { ended, isOver: () => over };
  }

  it('ends when no request is open', async () => expect(await wait().ended).toBe(true));

  it('waits for an old request', async () => {
    answer = sample(3_600);
    const { ended, isOver } = wait();
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(isOver()).toBe(false);
    answer = sample(0);
    expect(await ended).toBe(true);
  });

  it('takes a busy instance that does not answer in time for no quiet one', async () => {
    answer = null;
    const { ended, isOver } = wait();
    // Each question waits two seconds.
    await eventually(() => silent.length >= 3, { what: 'three questions' });
    expect(isOver()).toBe(false);
    answer = sample(0);
    expect(await ended).toBe(true);
  });

  it('ends when no process listens', async () => {
    answer = null;
    const { ended } = wait();
    await eventually(() => silent.length > 0, { what: 'a question' });
    server.close();
    server.closeAllConnections();
    expect(await ended).toBe(true);
  });

  it('ends without quiet after the longest wait', async () => {
    answer = null;
    expect(await wait(1).ended).toBe(false);
  });
});
