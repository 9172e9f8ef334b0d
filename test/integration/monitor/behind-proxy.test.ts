/**
 * Monitors behind a proxy that terminates TLS: which X-Forwarded-* headers a monitor trusts with
 * and without TRUST_PROXY.
 */
import type { AddressInfo } from 'node:net';
import type { RunningMonitor } from '../../../monitor/start.js';
import { Hospital } from './support.js';

const baseOf = (monitor: RunningMonitor): string =>
  `http://127.0.0.1:${(monitor.server.address() as AddressInfo).port}`;
const FORWARDED = {
  'X-Forwarded-Proto': 'https',
  'X-Forwarded-Host': 'relevo.example.org',
  'X-Forwarded-For': '10.1.1.1',
};
const PLACES_PER_ADDRESS = 50;

describe('behind a proxy', () => {
  let hospital: Hospital;
  let trusting: string;
  let other: string;

  beforeAll(async () => {
    hospital = await Hospital.open();
    const [first, second] = (await hospital.plan(2)) as [
      { id: string; port: number },
      { id: string; port: number },
    ];
    trusting = baseOf(await hospital.startMonitor(first, { TRUST_PROXY: 'loopback' }));
    other = baseOf(await hospital.startMonitor(second));
  });
  afterAll(() => hospital.close());

  const signIn = (base: string, headers: Record<string, string>): Promise<Response> =>
    fetch(`${base}/session`, {
      method: 'POST',
      redirect: 'manual',
      headers,
      body: new URLSearchParams({ token: 'operator' }),
    });
  const cookieOf = async (
    base: string,
    headers: Record<string, string> = FORWARDED,
  ): Promise<string> => (await signIn(base, headers)).headers.get('set-cookie') ?? '';

  /** Opens streams and closes them again. @returns how many of them were admitted. */
  async function streams(
    base: string,
    count: number,
    addressOf: (number: number) => string,
  ): Promise<number> {
    const end = new AbortController();
    const answers = await Promise.all(
      Array.from({ length: count }, (_, number) =>
        fetch(`${base}/events`, {
          headers: { 'X-Forwarded-For': addressOf(number) },
          signal: end.signal,
        }),
      ),
    );
    end.abort();
    return answers.filter(({ status }) => status === 200).length;
  }

  test('the cookie is Secure only when the proxy received the request over TLS', async () => {
    expect(await cookieOf(trusting)).toMatch(/; Secure(;|$)/);
    expect(await cookieOf(trusting, {})).not.toMatch(/Secure/);
    expect(await cookieOf(other)).toMatch(/^relevo\.console=(?!.*Secure)/);
  });

  test('a form of the public address is accepted behind the proxy; without a trusted proxy the header is ignored', async () => {
    const own = { ...FORWARDED, Origin: 'https://relevo.example.org' };
    expect((await signIn(trusting, own)).status).toBe(303);
    expect((await signIn(trusting, { ...own, Origin: 'https://evil.example' })).status).toBe(403);
    expect((await signIn(other, own)).status).toBe(403);
  });

  test('readers of events are counted per client address; without a proxy that is the address of the connection', async () => {
    expect(await streams(trusting, PLACES_PER_ADDRESS + 10, (number) => `10.2.0.${number}`)).toBe(
      PLACES_PER_ADDRESS + 10,
    );
    expect(await streams(trusting, PLACES_PER_ADDRESS + 10, () => '10.3.0.1')).toBe(
      PLACES_PER_ADDRESS,
    );
    expect(await streams(other, PLACES_PER_ADDRESS + 10, (number) => `10.2.0.${number}`)).toBe(
      PLACES_PER_ADDRESS,
    );
  });
});
