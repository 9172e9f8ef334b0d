/** Values in a page always become text; only markup made here stays markup. */
import { describe, expect, test } from '@jest/globals';
import { html, trusted } from '../../../../shared/web/html.js';

describe('html', () => {
  test.each([
    ['<script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;'],
    ['" onclick="x', '&quot; onclick=&quot;x'],
    ["' onclick='x", '&#39; onclick=&#39;x'],
    ['&lt;', '&amp;lt;'],
  ])('%s is text', (text, expected) => {
    expect(html`<p title="${text}">${text}</p>`.toString()).toBe(
      `<p title="${expected}">${expected}</p>`,
    );
  });

  test('markup made here stays markup, in lists and nested', () => {
    const items = ['a', '<b>'].map((item) => html`<li>${item}</li>`);
    expect(html`<ul>${items}</ul>${trusted('<hr>')}`.toString()).toBe(
      '<ul><li>a</li><li>&lt;b&gt;</li></ul><hr>',
    );
  });

  test('null, undefined, true and false render nothing; zero renders as a number', () => {
    expect(html`[${null}${undefined}${false}${true}${0}${10n}]`.toString()).toBe('[010]');
  });
});
