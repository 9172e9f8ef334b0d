/**
 * Wrong facts and tokens: answers that do not reveal the wrong fact, and locks of a patient, of
 * an address and of a network. With real engines, called as a browser without scripts would.
 */
import { describe, expect, test } from '@jest/globals';
import type { Answered } from '../security/sending.js';
import { createLimits } from '../../../patients/web/limits.js';
import { createLogger } from '../../../shared/observability/logger.js';
import { connectRedis } from '../../../shared/queue/queue.js';
import { Visitor } from '../security/visitor.js';
import { TOKENS } from './setup.js';
import { factsOf, nextPatient, patient, setup, signedIn } from './staff-stage.js';

describe('wrong facts', () => {
  const wrong = () => ({ ...factsOf(patient), authorizationCode: 'AUT-000000-0000' });
  const identify = (visitor: Visitor, facts: Record<string, string>) =>
    visitor.submit('/bill/identify', facts, '/bill/identify');
  const sentence = ({ text }: Answered): string | undefined =>
    /<p class="alert"[^>]*>([^<.]+)/.exec(text)?.[1];

  test('the answer is the same whichever fact is wrong', async () => {
    const { url } = await setup.start({
      WRONG_CODES_MAX: '50',
      WRONG_FROM_ADDRESS_MAX: '1000',
      QUEUE_PREFIX: `${setup.prefix}-same`,
    });
    const visitor = await signedIn(url);
    const right = factsOf(patient);
    const attempts = [
      { ...right, document: '1' },
      { ...right, name: 'Somebody Else' },
      { ...right, birthDate: '1900-01-01' },
      { ...right, authorizationCode: 'x' },
    ];
    const answers = [];
    for (const attempt of attempts) answers.push(await identify(visitor, attempt));
    expect(answers.map(({ status }) => status)).toEqual([422, 422, 422, 422]);
    expect(new Set(answers.map(sentence))).toEqual(
      new Set(['These details do not belong to one patient']),
    );
    expect(answers.map(({ text }) => text).join()).not.toContain(right.authorizationCode);
  });

  test('after five wrong attempts the patient is locked, on every instance, from every address, and for the right code too', async () => {
    const env = { QUEUE_PREFIX: `${setup.prefix}-locked`, TRUST_PROXY: 'loopback' };
    const [one, two] = [await setup.start(env), await setup.start(env)];
    const visitor = await signedIn(one.url);
    const statuses = [];
    for (let attempt = 1; attempt <= 5; attempt += 1)
      statuses.push((await identify(visitor, wrong())).status);
    expect(statuses).toEqual([422, 422, 422, 422, 429]);
    const elsewhere = await signedIn(two.url);
    const csrf = await elsewhere.proof('/bill/identify');
    const { status, headers, text } = await elsewhere.ask('/bill/identify', {
      method: 'POST',
      body: new URLSearchParams({ ...factsOf(patient), csrf }),
      headers: { 'X-Forwarded-For': '203.0.113.9' },
    });
    expect([
      status,
      Number(headers.get('retry-after')) > 800,
      Number(headers.get('retry-after')) <= 900,
    ]).toEqual([429, true, true]);
    expect(text).toMatch(/Try again after <time datetime="/);
    nextPatient();
    expect((await identify(elsewhere, factsOf(patient))).status).toBe(303);
  });

  test('many concurrent attempts do not exceed the lock', async () => {
    const { url } = await setup.start({ QUEUE_PREFIX: `${setup.prefix}-burst` });
    const visitor = await signedIn(url);
    const csrf = await visitor.proof('/bill/identify');
    const burst = Array.from({ length: 20 }, (_, index) => {
      const body = new URLSearchParams({
        ...factsOf(patient),
        authorizationCode: `AUT-${index}`,
        csrf,
      });
      return visitor.ask('/bill/identify', { method: 'POST', body });
    });
    const statuses = (await Promise.all(burst)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 422).length).toBeLessThan(5);
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(16);
  });

  test.each(['identify', 'token'] as const)(
    'many concurrent attempts from one address do not exceed its limit: %s',
    async (form) => {
      const { url } = await setup.start({
        WRONG_FROM_ADDRESS_MAX: '5',
        QUEUE_PREFIX: `${setup.prefix}-address-${form}`,
      });
      const path = form === 'identify' ? '/bill/identify' : '/sign-in';
      const visitor = form === 'identify' ? await signedIn(url) : new Visitor(url);
      const csrf = await visitor.proof(path);
      const burst = Array.from({ length: 40 }, (_, index) => {
        const fields =
          form === 'identify'
            ? { ...wrong(), document: `8888${index}` }
            : { token: `wrong-${index}` };
        return visitor.ask(path, {
          method: 'POST',
          body: new URLSearchParams({ ...fields, csrf }),
        });
      });
      const statuses = (await Promise.all(burst)).map(({ status }) => status);
      const compared = statuses.filter((status) => status === (form === 'identify' ? 422 : 401));
      expect([compared.length, statuses.length - compared.length]).toEqual([
        5,
        statuses.filter((status) => status === 429).length,
      ]);
    },
  );

  test('many concurrent right attempts lock nothing: refused ones do not count', async () => {
    const config = {
      wrongCodesMax: 5,
      wrongFromAddressMax: 5,
      lockMinutes: 15,
      queuePrefix: `${setup.prefix}-right-burst`,
    };
    const redis = connectRedis(setup.redisUrl, 'bounded', createLogger('test', 'test', 'silent'));
    const limits = createLimits(config, redis);
    const waits = await Promise.all(Array.from({ length: 20 }, () => limits.enter('203.0.113.1')));
    expect(waits.filter((ms) => ms === 0)).toHaveLength(5);
    for (let right = 0; right < 5; right += 1) await limits.giveBack('203.0.113.1');
    expect(await limits.enter('203.0.113.1')).toBe(0);
    redis.disconnect();
  });

  test('right attempts do not count for the address', async () => {
    const { url } = await setup.start({
      WRONG_FROM_ADDRESS_MAX: '3',
      QUEUE_PREFIX: `${setup.prefix}-right`,
    });
    const visitor = await signedIn(url);
    for (let turn = 0; turn < 5; turn += 1)
      expect((await identify(visitor, factsOf(patient))).status).toBe(303);
  });

  test('a right attempt after a wrong one resets the count', async () => {
    const { url } = await setup.start({
      QUEUE_PREFIX: `${setup.prefix}-anew`,
      WRONG_CODES_MAX: '2',
    });
    const visitor = await signedIn(url);
    for (let round = 0; round < 3; round += 1) {
      expect((await identify(visitor, wrong())).status).toBe(422);
      expect((await identify(visitor, factsOf(patient))).status).toBe(303);
    }
  });

  test('an address is locked regardless of the patients; TRUST_PROXY decides the source of the address', async () => {
    const limited = { WRONG_FROM_ADDRESS_MAX: '3', WRONG_CODES_MAX: '50' };
    const deaf = await setup.start({ ...limited, QUEUE_PREFIX: `${setup.prefix}-deaf` });
    const trusting = await setup.start({
      ...limited,
      QUEUE_PREFIX: `${setup.prefix}-trusting`,
      TRUST_PROXY: 'loopback',
    });
    const statusesAt = async (url: string): Promise<number[]> => {
      const visitor = await signedIn(url);
      const csrf = await visitor.proof('/bill/identify');
      const statuses = [];
      for (let turn = 1; turn <= 5; turn += 1) {
        const body = new URLSearchParams({ ...wrong(), document: `9999${turn}`, csrf });
        statuses.push(
          (
            await visitor.ask('/bill/identify', {
              method: 'POST',
              body,
              headers: { 'X-Forwarded-For': `203.0.113.${turn}` },
            })
          ).status,
        );
      }
      return statuses;
    };
    expect(await statusesAt(deaf.url)).toEqual([422, 422, 422, 429, 429]);
    expect(await statusesAt(trusting.url)).toEqual([422, 422, 422, 422, 422]);
  });

  test('wrong tokens lock an address too', async () => {
    const { url } = await setup.start({
      WRONG_FROM_ADDRESS_MAX: '2',
      QUEUE_PREFIX: `${setup.prefix}-tokens`,
    });
    const tokens = ['a', 'b', TOKENS.API_TOKEN];
    const statuses = [];
    for (const token of tokens)
      statuses.push((await new Visitor(url).submit('/sign-in', { token }, '/sign-in')).status);
    expect(statuses).toEqual([401, 401, 429]);
  });

  test('wrong tokens from addresses of one IPv6 network count together; another network may still sign in', async () => {
    // One host has 2^64 IPv6 addresses.
    const max = 4;
    const { url } = await setup.start({
      TRUST_PROXY: 'loopback',
      WRONG_FROM_ADDRESS_MAX: String(max),
      QUEUE_PREFIX: `${setup.prefix}-networks`,
    });
    const visitor = new Visitor(url);
    const csrf = await visitor.proof('/sign-in');
    const send = async (from: string): Promise<number> =>
      (
        await visitor.ask('/sign-in', {
          method: 'POST',
          body: new URLSearchParams({ csrf, token: 'wrong' }),
          headers: { 'X-Forwarded-For': from },
        })
      ).status;
    const statuses = [];
    for (let host = 1; host <= max + 2; host += 1)
      statuses.push(await send(`2001:db8:7:7::${host}`));
    expect(statuses).toEqual([...Array.from({ length: max }, () => 401), 429, 429]);
    expect(await send('2001:db8:7:8::1')).toBe(401);
  });

  test('missing fields are named, and cost no attempt', async () => {
    const { url } = await setup.start({
      QUEUE_PREFIX: `${setup.prefix}-missing`,
      WRONG_CODES_MAX: '1',
    });
    const visitor = await signedIn(url);
    for (let turn = 0; turn < 3; turn += 1) {
      const { status, text } = await identify(visitor, { ...factsOf(patient), name: ' ' });
      expect([status, text.includes('Full name: fill this in')]).toEqual([422, true]);
    }
    expect((await identify(visitor, factsOf(patient))).status).toBe(303);
  });
});
