/**
 * The pages without a server: texts in both languages, amounts and times, and no external text that
 * becomes markup.
 */
import { describe, expect, test } from '@jest/globals';
import { publicUrl } from '../../../../patients/web/options.js';
import { trustedProxies } from '../../../../shared/http/trusted-proxies.js';
import { countText, dayText, moment, money } from '../../../../patients/web/format.js';
import { LANGUAGES, WORDS } from '../../../../patients/web/language.js';
import { layout } from '../../../../patients/web/layout.js';
import { billPage } from '../../../../patients/web/pages/bill.js';
import { identifyPage, lockedPage } from '../../../../patients/web/pages/identify.js';
import { landingPage } from '../../../../patients/web/pages/landing.js';
import { messagePage } from '../../../../patients/web/pages/message.js';
import { unclearPage } from '../../../../patients/web/pages/pay-form.js';
import { paymentPage } from '../../../../patients/web/pages/payment.js';
import { signInPage } from '../../../../patients/web/pages/sign-in.js';
import { publicAddress, qrSvg } from '../../../../patients/web/public-address.js';
import type { Page, View } from '../../../../patients/web/view.js';
import {
  accounts,
  anyPayment,
  EVIL,
  pass,
  patient,
  payment,
  receipt,
  record,
  shownPass,
  typed,
  view,
  wanted,
} from './pages-fixture.js';

const PAGES: Record<string, (view: View) => Page> = {
  'landing': (seen) => landingPage(seen, { monitorUrl: EVIL, self: EVIL }),
  'sign-in': (seen) => signInPage(seen, true),
  'identify': (seen) => identifyPage(seen, { typed, missing: ['name'], left: 1 }),
  'locked': (seen) => lockedPage(seen, new Date(0)),
  'bill': (seen) =>
    billPage(seen, {
      patient,
      accounts,
      payments: [record],
      refused: { key: EVIL, problem: 'too-much', typed: EVIL },
      ...anyPayment,
    }),
  'unclear': (seen) => unclearPage(seen, { patientId: EVIL, key: EVIL, wanted }),
  'waiting': (seen) => paymentPage(seen, payment('PENDING'), receipt),
  'receipt': (seen) => paymentPage(seen, payment('SUCCEEDED'), receipt),
  'declined': (seen) => paymentPage(seen, payment('DECLINED'), { ...receipt, pass: null }),
  'pass': (seen) => shownPass(seen, pass, 'valid'),
  'unknown': (seen) => shownPass(seen, null, 'unknown'),
  'unsettled': (seen) => shownPass(seen, { ...pass, valid: false }, 'unsettled'),
  'withheld': (seen) =>
    paymentPage(seen, payment('SUCCEEDED'), {
      ...receipt,
      pass: { ...receipt.pass, isWithheld: true },
    }),
  'message': (seen) => messagePage(seen, 'stale'),
};

describe.each(Object.entries(PAGES))('the page %s', (_name, make) => {
  test.each(LANGUAGES)('in %s: every input stays text, and no words are missing', (language) => {
    const text = layout(view(language), make(view(language))).toString();
    expect(text).not.toMatch(/<script>|<img|onerror='|undefined|\[object|=>/);
    expect(text.match(/<script/g)).toHaveLength(1);
    expect(text).toContain(`<html lang="${language}">`);
    expect(text).toContain('&lt;script&gt;');
    expect(text.match(/<h1/g)).toHaveLength(1);
    expect(text).not.toMatch(/ style="| on[a-z]+="/);
  });
});

describe('a bill in several currencies', () => {
  const page = (
    shown: typeof accounts,
    refused: { key: string; problem: 'changed'; typed: string } | null = null,
  ): string =>
    layout(
      view(),
      billPage(view(), { patient, accounts: shown, payments: [], refused, ...anyPayment }),
    ).toString();

  test('shows each currency with its own charges, totals and form; no two elements share an id', () => {
    const text = page(accounts);
    expect(
      [...text.matchAll(/<h2 class="currency">In ([A-Z]+)/g)].map(([, currency]) => currency),
    ).toEqual(['USD', 'EUR', 'CHF']);
    expect(
      [...text.matchAll(/<h2 id="pay[^"]*">Take a payment \(([A-Z]+)\)/g)].map(
        ([, currency]) => currency,
      ),
    ).toEqual(['USD', 'EUR']);
    expect(text).toContain('<dt>Due</dt><dd>€10.50</dd>');
    const ids = [...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('a bill in one currency shows no heading with a currency', () => {
    expect(page(accounts.slice(0, 1))).not.toMatch(/class="currency"|Take a payment \(/);
  });

  test('the reason of a refusal is next to its form, or next to the first form when its bill has changed', () => {
    const alerts = (key: string): string[] =>
      [
        ...page(accounts, { key, problem: 'changed', typed: '' }).matchAll(
          /role="alert" id="([^"]+)"/g,
        ),
      ].map(([, id = '']) => id);
    expect([alerts(accounts[1]?.key ?? ''), alerts('gone')]).toEqual([['wrong-2'], ['wrong']]);
  });
});

describe('words', () => {
  const leaves = (words: unknown, path = ''): [string, string][] => {
    if (typeof words === 'string') return [[path, words]];
    if (typeof words === 'function')
      return [[path, String((words as (...values: unknown[]) => string)(2, 3))]];
    return Object.entries(words as Record<string, unknown>).flatMap(([name, inner]) =>
      leaves(inner, `${path}.${name}`),
    );
  };

  test('Spanish has every text of English, in different words', () => {
    const [english, spanish] = [new Map(leaves(WORDS.en)), new Map(leaves(WORDS.es))];
    expect([...spanish.keys()]).toEqual([...english.keys()]);
    const same = [...english]
      .filter(([path, word]) => word !== '' && spanish.get(path) === word)
      .map(([path]) => path);
    expect(same).toEqual(['.brand', '.bill.total']);
    expect([...spanish].filter(([path, word]) => word === '' && english.get(path) !== '')).toEqual(
      [],
    );
  });
});

describe('numbers and times', () => {
  test('amounts are exact in both languages, for any size', () => {
    expect([money('en', 123_456, 'USD'), money('en', 9_007_199_254_740_991, 'USD')]).toEqual([
      '$1,234.56',
      '$90,071,992,547,409.91',
    ]);
    expect(money('es', 123_456, 'USD').replace(/\s/g, ' ')).toBe('US$ 1.234,56');
    expect(money('en', 1_500, 'JPY')).toBe('¥1,500');
  });

  test('days have no time zone; times are in the time zone of the hospital and name it', () => {
    expect([dayText('en', '2026-03-14'), dayText('es', '2026-03-14')]).toEqual([
      'Mar 14, 2026',
      '14/03/2026',
    ]);
    const shown = (language: 'en' | 'es', timeZone: string): string =>
      moment({ language, timeZone }, new Date('2026-11-21T04:00:00Z'))
        .toString()
        .replace(/\s/g, ' ');
    expect(shown('en', 'America/Bogota')).toBe(
      '<time datetime="2026-11-21T04:00:00.000Z" title="2026-11-21T04:00:00.000Z">Nov 20, 2026, 11:00:00 PM GMT-5</time>',
    );
    expect(shown('en', 'UTC')).toMatch(/>Nov 21, 2026, 4:00:00 AM GMT(\+0)?</);
    expect(shown('es', 'America/Bogota')).toMatch(/20 de nov de 2026.*11:00:00.*GMT-5/);
    expect(countText('es', 12_345)).toBe('12.345');
  });
});

describe('the public address', () => {
  const config = { publicUrl: null, host: '127.0.0.1', port: 4_000 };
  const at = (host: string | undefined, protocol = 'http'): string =>
    publicAddress(config, { host: host as string, protocol });

  test('is the configured one, otherwise the address of the request', () => {
    expect(
      publicAddress(
        { ...config, publicUrl: 'https://pay.example.org' },
        { host: 'x', protocol: 'http' },
      ),
    ).toBe('https://pay.example.org');
    expect([at('billing.local:8080'), at('[::1]:4000', 'https')]).toEqual([
      'http://billing.local:8080',
      'https://[::1]:4000',
    ]);
  });

  test.each(['evil.org/path', 'a b', 'x@y', '"><script>', '', 'a:b:c', 'host:123456', undefined])(
    '%j is no host: ours is used',
    (host) => expect(at(host)).toBe('http://127.0.0.1:4000'),
  );

  test('its QR code is an image without active content', async () => {
    expect(await qrSvg('http://127.0.0.1/passes/1')).toMatch(/^<svg [^]*<\/svg>\s*$/);
    expect(await qrSvg('http://127.0.0.1/passes/1')).not.toMatch(/<script|style=|on\w+=/);
  });
});

test('options: the trusted proxies, and the public address', () => {
  const proxies = trustedProxies('T', { default: false, doc: '' });
  expect(['off', '2', 'loopback, 10.0.0.0/8', '::1'].map((text) => proxies.parse(text))).toEqual([
    false,
    2,
    ['loopback', '10.0.0.0/8'],
    ['::1'],
  ]);
  for (const text of ['on', '0', '11', '*', '10.0.0.0/33', '1.2.3', ''])
    expect(() => proxies.parse(text)).toThrow(/must be off/);
  const address = publicUrl('P', { default: null, doc: '' });
  expect(['auto', 'https://a.org/', 'http://a.org:81'].map((text) => address.parse(text))).toEqual([
    null,
    'https://a.org',
    'http://a.org:81',
  ]);
  for (const text of ['ftp://a.org', 'https://a.org/x', 'a.org', 'https://u:p@a.org'])
    expect(() => address.parse(text)).toThrow(/must be auto/);
});
