/** Every page gets its own nonce and a policy without `unsafe-inline`. */
import { expect, test } from '@jest/globals';
import { pageHeaders } from '../../../../shared/web/page-headers.js';

test('two answers have different nonces, and their policies name them', () => {
  const [one, other] = [pageHeaders(), pageHeaders()];
  expect(one.nonce).not.toBe(other.nonce);
  for (const { nonce, headers } of [one, other]) {
    expect(headers['Content-Security-Policy']).toContain(`script-src 'nonce-${nonce}';`);
    expect(headers['Content-Security-Policy']).not.toContain('unsafe');
  }
});

test('forms may be sent to this service or not at all', () => {
  expect(pageHeaders().headers['Content-Security-Policy']).toContain("form-action 'self'");
  expect(pageHeaders({ forms: false }).headers['Content-Security-Policy']).toContain(
    "form-action 'none'",
  );
});
