/**
 * Stored hostile text in a real browser: names, concepts, reasons, actors, errors and gateway
 * references with markup appear on every page as text. A script that runs opens a dialog, and a
 * blocked script violates the page's policy: both fail the test.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { HOSTILE_TEXTS, MARK } from '../integration/security/corpus.js';
import { startServices, type Services } from '../integration/security/services.js';
import { signedIn, type Visitor } from '../integration/security/visitor.js';
import type { ServiceName } from '../integration/security/vocabulary.js';
import { describeInBrowser, useBrowser } from '../support/browser.js';
import { eventually } from '../support/eventually.js';

const MARKUP = HOSTILE_TEXTS.filter((text) => text.includes(MARK) && !/\p{Cc}/u.test(text))
  .slice(0, 8)
  .join(' ');

/**
 * Writes hostile text into every text column that users can fill, also where the services would
 * have refused it.
 */
async function storeHostileTexts({ pool, subjects }: Services): Promise<void> {
  await pool.query('UPDATE patient SET full_name = $1 WHERE id = $2', [MARKUP, subjects.patient]);
  await pool.query('UPDATE charge SET description = $1 WHERE patient_id = $2', [
    MARKUP,
    subjects.patient,
  ]);
  await pool.query(
    `INSERT INTO replica (id, admin, reason) VALUES ('server_3', 'ready', $1) ON CONFLICT (id) DO UPDATE SET reason = $1`,
    [MARKUP],
  );
  await pool.query(
    `INSERT INTO audit (actor, action, target, reason, outcome) VALUES ($1, $1, $1, $1, $1)`,
    [MARKUP],
  );
  await pool.query(
    `INSERT INTO payment (id, patient_id, idempotency_key, fingerprint, amount_minor, currency, concept, accepted_by, last_error)
     VALUES (gen_random_uuid(), $2, $1, $1, 100, 'USD', $1, 'patients_1', $1)`,
    [MARKUP, subjects.patient],
  );
}

describeInBrowser('stored hostile text', () => {
  const browser = useBrowser();
  let services: Services;
  const visitors = new Map<ServiceName, Visitor>();

  beforeAll(async () => {
    services = await startServices();
    for (const service of ['monitor', 'patients'] as const)
      visitors.set(service, await signedIn(service, services));
    await storeHostileTexts(services);
    const handover = { reason: MARKUP.slice(0, 400) };
    const headers = { 'Authorization': 'Bearer operator', 'Content-Type': 'application/json' };
    const url = `${services.url('monitor')}/handover`;
    // A monitor that was late refuses to act for a short time.
    const handedOver = async (): Promise<boolean> =>
      (await fetch(url, { method: 'POST', headers, body: JSON.stringify(handover) })).ok;
    await eventually(handedOver, { what: 'a hand-over with a hostile reason' });
  }, 300_000);
  afterAll(() => services.stop());

  test.each<[string, ServiceName, string | ((of: Services) => string), boolean]>([
    ['the overview', 'monitor', '/', true],
    ['elections', 'monitor', '/elections.html', true],
    ['the audit', 'monitor', '/audit.html', true],
    ['the search', 'monitor', '/payments', true],
    ['a payment', 'monitor', ({ subjects }) => `/payments/${subjects.failed}`, true],
    ['failed payments', 'monitor', '/failed', true],
    ['the search text', 'monitor', `/payments?search=${encodeURIComponent(MARKUP)}`, false],
    ['the target after sign-in', 'monitor', `/session?next=${encodeURIComponent(MARKUP)}`, false],
    ['a bill', 'patients', '/bill', true],
    ['a receipt', 'patients', ({ subjects }) => `/bill/payments/${subjects.succeeded}`, true],
    ['a pass', 'patients', ({ subjects }) => `/passes/${subjects.succeeded}`, false],
    [
      'the number of a pass',
      'patients',
      `/passes/${encodeURIComponent(MARKUP.slice(0, 200))}`,
      false,
    ],
    ['the language', 'patients', `/?lang=${encodeURIComponent(MARKUP)}`, false],
  ])('%s (%s)', async (_name, service, path, showsIt) => {
    const page = await browser.page();
    await page.context().addCookies(visitors.get(service)?.jar ?? []);
    await page.goto(services.url(service) + (typeof path === 'string' ? path : path(services)));
    await page.locator('h1').first().waitFor();
    if (showsIt) await page.getByText(MARK).first().waitFor();
    // No element of ours has such a name, so a match was created from the text.
    expect(
      await page
        .locator(
          `[onerror], [onload], [onfocus], base, svg[onload], a[href^="javascript"], a[href*="${MARK}"][href^="//"]`,
        )
        .count(),
    ).toBe(0);
  });
});
