/** The three real balancers in front of three small servers: choice, affinity, states, failures. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readApacheMembers } from '../../../shared/balancer/apache-control.js';
import { sleep } from '../../../shared/clock.js';
import { BALANCERS, type BalancerName } from '../../../shared/balancer/pool.js';
import { eventually } from '../../support/eventually.js';
import { describeWith } from '../../support/tools.js';
import { EVENTS_PATH, NAMES, Setup, SILENT_PATH, SLOW_MS, type Answer } from './engine-stage.js';

/** Addresses of the pages, files and documents of a balancer, also in other spellings. */
const OWN_PATHS = [
  '/balancer-manager',
  '/balancer-manager?xml=1',
  '//balancer-manager/',
  '/%62alancer%2dmanager',
  '/x/%2e%2e/balancer-manager',
  '/stats',
  '/?stats',
  '/;csv',
  '/server-status',
  '/.problems/503.json',
  '/.problems/control.json',
  '/.problems/../control.json',
  '/%2eproblems/..%2fcontrol.json',
  '/control.json',
];

const describeBalancer = (balancer: BalancerName): void => {
  describe(balancer, () => {
    const setup = new Setup();
    beforeAll(() => setup.start(balancer));
    afterAll(() => setup.end());
    const seesAll = (): Promise<unknown> =>
      eventually(async () => (await setup.newClients()).size === NAMES.length, {
        what: 'new clients on every instance',
      });

    test('new clients reach every instance, and a cookie keeps a client on its own', async () => {
      expect(await setup.newClients()).toEqual(new Set(NAMES));
      const first = await setup.ask('/');
      expect(first.cookie).toContain(setup.cookieOf(first.body.name ?? ''));
      expect(first.cookie).toMatch(/HttpOnly/i);
      const kept = await Promise.all(NAMES.map((name) => setup.withCookie(name)));
      expect(kept.map(({ body }) => body.name)).toEqual(NAMES);
    });

    test('an instance sees the path, the body and the address of the client, not a forged one', async () => {
      const { body } = await setup.ask('/a%2Fb?x=1&y=%20', {
        method: 'POST',
        headers: {
          'x-forwarded-for': '6.6.6.6',
          'x-forwarded-host': 'evil.example',
          'idempotency-key': 'k',
        },
        body: 'x'.repeat(40_000),
      });
      expect(body).toMatchObject({ url: '/a%2Fb?x=1&y=%20', size: 40_000, from: '127.0.0.1' });
      expect(setup.balancer.url).toBe(`http://${body.host}`);
      expect(body.forwardedHost).toBe(body.host);
    });

    test('an event arrives before the next one is sent', async () => {
      const response = await setup.open(EVENTS_PATH);
      const received = response.setEncoding('utf8')[Symbol.asyncIterator]();
      const stream = setup.streams.at(-1);
      for (const event of ['data: 1\n\n', 'data: 2\n\n', 'data: 3\n\n']) {
        stream?.write(event);
        expect(await received.next()).toEqual({ done: false, value: event });
      }
      response.destroy();
    });

    test('drain keeps the clients of an instance, maint moves them, ready brings them back', async () => {
      await setup.control.set('patients_2', 'drain');
      await eventually(async () => !(await setup.newClients()).has('patients_2'), {
        what: 'no new client on the drained instance',
      });
      expect((await setup.withCookie('patients_2')).body.name).toBe('patients_2');
      await setup.control.set('patients_2', 'maint');
      await eventually(
        async () => (await setup.withCookie('patients_2')).body.name !== 'patients_2',
        { what: 'no client on the instance in maintenance' },
      );
      const states = await setup.control.read();
      expect(states.map(({ admin }) => admin)).toEqual(['ready', 'maint', 'ready']);
      await setup.control.set('patients_2', 'ready');
      await eventually(
        async () => (await setup.withCookie('patients_2')).body.name === 'patients_2',
        { what: 'the client is back' },
      );
    });

    test('maint interrupts no request, also not a POST without a key', async () => {
      const headers = { cookie: setup.cookieOf('patients_2') };
      const slow = setup.ask('/slow', { method: 'POST', headers, body: 'x' });
      await sleep(SLOW_MS / 3);
      await setup.control.set('patients_2', 'maint');
      await eventually(
        async () => (await setup.withCookie('patients_2')).body.name !== 'patients_2',
        { what: 'no client on the instance in maintenance' },
      );
      expect(await slow).toMatchObject({ status: 200, body: { name: 'patients_2' } });
      await setup.control.set('patients_2', 'ready');
      await eventually(
        async () => (await setup.withCookie('patients_2')).body.name === 'patients_2',
        { what: 'the client is back' },
      );
    });

    if (balancer === 'haproxy')
      test('clients move to other instances while a request of theirs continues', async () => {
        const headers = { cookie: setup.cookieOf('patients_2') };
        const before = setup.slow.length;
        const open = setup.ask(SILENT_PATH, { method: 'POST', headers, body: 'x' });
        await eventually(() => setup.slow.length > before, { what: 'the open request' });
        await setup.control.moveClients?.('patients_2');
        expect((await setup.withCookie('patients_2')).body.name).not.toBe('patients_2');
        expect((await setup.control.read())[1]).toMatchObject({ admin: 'drain' });
        setup.slow.at(-1)?.end(JSON.stringify({ name: 'patients_2' }));
        expect(await open).toMatchObject({ status: 200, body: { name: 'patients_2' } });
        await setup.control.set('patients_2', 'ready');
        await eventually(
          async () => (await setup.withCookie('patients_2')).body.name === 'patients_2',
          { what: 'the client is back' },
        );
      });

    // nginx has no health check: it notices only that a connection fails.
    if (balancer !== 'nginx') {
      test('an instance that is not ready gets no new request, and completes a POST without a key', async () => {
        const headers = { cookie: setup.cookieOf('patients_2') };
        const before = setup.slow.length;
        const open = setup.ask(SILENT_PATH, { method: 'POST', headers, body: 'x' });
        await eventually(() => setup.slow.length > before, { what: 'the open request' });
        setup.unready.add('patients_2');
        await eventually(
          async () =>
            !(await setup.newClients()).has('patients_2') &&
            (await setup.withCookie('patients_2')).body.name !== 'patients_2',
          { what: 'no client on the instance that is not ready' },
        );
        setup.slow.at(-1)?.end(JSON.stringify({ name: 'patients_2' }));
        expect(await open).toMatchObject({ status: 200, body: { name: 'patients_2' } });
        setup.unready.clear();
        await eventually(
          async () => (await setup.withCookie('patients_2')).body.name === 'patients_2',
          { what: 'the client is back' },
        );
      });
    }

    test('a reload keeps the states, the process and every request', async () => {
      await setup.control.set('patients_3', 'maint');
      const { pid } = setup.balancer;
      // nginx closes kept connections, also one on which a client just sends a request.
      const ask = () => (balancer === 'nginx' ? setup.askRaw('/') : setup.ask('/'));
      const requests = Array.from({ length: 100 }, ask);
      await setup.balancer.reload();
      const answers = await Promise.all([...requests, ...Array.from({ length: 100 }, ask)]);
      expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
      expect(setup.balancer.pid).toBe(pid);
      expect((await setup.control.read())[2]).toMatchObject({ admin: 'maint' });
      await setup.control.set('patients_3', 'ready');
    });

    test('its own page and files are not on the port of the clients', async () => {
      const page = await fetch(setup.balancer.adminUrl);
      expect(page.status).toBe(200);
      const { host } = new URL(setup.balancer.adminUrl);
      for (const path of OWN_PATHS) {
        const { status, text } = await setup.askRaw(path, { host });
        // An instance answers with its name.
        const { name, code } = JSON.parse(text) as Answer['body'];
        expect({ path, status, hidden: name !== undefined || code === 'NOT_FOUND' }).toEqual({
          path,
          status: name === undefined ? 404 : 200,
          hidden: true,
        });
      }
    });

    if (balancer === 'apache')
      test('the elections of an instance count requests of every kind', async () => {
        const read = async (): Promise<number[]> =>
          (await readApacheMembers(setup.balancer.control)).map(({ elected }) => elected);
        const before = await read();
        const headers = { cookie: setup.cookieOf('patients_2') };
        // Not as many of one kind as of the other, so that neither is counted twice.
        for (const path of ['/', '/bill/pay', '/api/payments']) await setup.ask(path, { headers });
        expect((await read()).map((elected, index) => elected - (before[index] ?? 0))).toEqual([
          0, 3, 0,
        ]);
      });

    if (balancer === 'nginx')
      test('a state that nginx has not loaded is not reported, and is applied later', async () => {
        const master = setup.balancer.pid ?? 0;
        process.kill(master, 'SIGSTOP');
        try {
          await expect(setup.control.set('patients_2', 'maint')).rejects.toThrow('did not reload');
          expect((await setup.control.read())[1]).toMatchObject({ admin: 'ready' });
        } finally {
          process.kill(master, 'SIGCONT');
        }
        await eventually(async () => (await setup.control.read())[1]?.admin === 'maint', {
          what: 'the state is applied',
        });
        await setup.control.set('patients_2', 'ready');
      });

    if (balancer === 'nginx')
      test('an instance that refused a request gets it again after the last one failed', async () => {
        await seesAll();
        const { length: before } = setup.slow;
        setup.stopMembers([0, 1]);
        const headers = { 'idempotency-key': 'k', 'content-length': '0' };
        const asked = NAMES.map(() => setup.open('/slow', headers, 'POST'));
        await eventually(() => setup.slow.length === before + NAMES.length, {
          what: 'the last instance has the requests',
        });
        await setup.startMembers([0]);
        setup.stopMembers([2]);
        const answers = await Promise.all(asked);
        expect(answers.map(({ statusCode }) => statusCode)).toEqual(NAMES.map(() => 200));
        await setup.startMembers([1, 2]);
      });

    test('without an instance the answer is a problem document with Retry-After, for a browser a page', async () => {
      setup.stopMembers();
      for (const options of [{}, { method: 'POST', headers: { 'idempotency-key': 'k' } }]) {
        const answer = await eventually(
          async () => {
            const found = await setup.ask('/', options);
            return found.status === 503 && found;
          },
          { what: '503' },
        );
        expect(answer).toMatchObject({
          type: 'application/problem+json',
          retryAfter: '2',
          body: { code: 'NO_PATIENTS_INSTANCE' },
        });
      }
      const page = await fetch(setup.balancer.url, { headers: { accept: 'text/html,*/*;q=0.8' } });
      expect([page.status, page.headers.get('retry-after')]).toEqual([503, '2']);
      expect(page.headers.get('content-type')).toMatch(/^text\/html/);
      expect(await page.text()).toContain('This service is unavailable');
      await setup.startMembers();
      await seesAll();
    });

    test('a killed parent leaves no worker on the port, and the restart serves', async () => {
      setup.balancer.supervised = true;
      const { pid } = setup.balancer;
      process.kill(pid ?? 0, 'SIGKILL');
      await eventually(() => setup.balancer.up && setup.balancer.pid !== pid, { what: 'restart' });
      await eventually(async () => (await setup.ask('/')).status === 200, { what: 'an answer' });
      setup.balancer.supervised = false;
    });
  });
};

describeWith('balancers', 'load balancers', () => {
  BALANCERS.forEach(describeBalancer);

  test('HAProxy without affinity takes an instance into maintenance and back', async () => {
    const setup = new Setup();
    await setup.start('haproxy', { affinity: 'none' });
    try {
      await setup.control.set('patients_1', 'maint');
      expect(await setup.newClients()).toEqual(new Set(['patients_2', 'patients_3']));
      await setup.control.set('patients_1', 'ready');
      expect((await setup.control.read())[0]).toMatchObject({ admin: 'ready' });
    } finally {
      await setup.end();
    }
  });
});
