/**
 * Hostile texts and values, a few of each kind: markup, SQL, templates, paths, control characters,
 * lengths, Unicode tricks, and values of a wrong type. Each text that would be markup contains
 * `MARK`, so that its traces can be found.
 * @see https://cheatsheetseries.owasp.org/cheatsheets/XSS_Filter_Evasion_Cheat_Sheet.html
 */
export const MARK = 'guard7';

export const HOSTILE_TEXTS: readonly string[] = [
  `<script>alert('${MARK}')</script>`,
  `"><img src=x onerror=alert('${MARK}')>`,
  `' autofocus onfocus=alert('${MARK}') x='`,
  `</title></style></textarea></script><svg/onload=alert('${MARK}')>`,
  `javascript:alert('${MARK}')`,
  `data:text/html,<script>alert('${MARK}')</script>`,
  `{{constructor.constructor('alert("${MARK}")')()}}\${7*7}<%= 7*7 %>#{7*7}`,
  `<!--${MARK}--><base href=//${MARK}.example>`,
  "'; DROP TABLE payment; --",
  "' OR '1'='1",
  "1' UNION SELECT authorization_code FROM patient --",
  '1; SELECT pg_sleep(10)',
  "%' AND 1=(SELECT COUNT(*) FROM pg_tables) --",
  "\\'; UPDATE leadership SET term = 999; --",
  '../../../../etc/passwd',
  '..%2f..%2f..%2fetc%2fpasswd',
  '..\\..\\package.json',
  '%00',
  'a\u0000b',
  '\u0000',
  'a\r\nX-Injected: yes\r\n\r\n<b>x</b>',
  '%0d%0aX-Injected:%20yes',
  `//${MARK}.example/`,
  `/\\${MARK}.example`,
  `https://${MARK}.example/`,
  '\u202Egpj.exe\u2066',
  'ａｄｍｉｎ',
  'é'.normalize('NFD').repeat(10),
  '\uD800',
  '\u{1F4B8}'.repeat(30),
  '\uFEFF',
  '\u0085\u2028\u2029',
  'x'.repeat(5_000),
  '9'.repeat(400),
  '-1',
  '0',
  '1e309',
  'NaN',
  '0x10',
  ' ',
  '',
  '*',
  '__proto__',
  'constructor',
  'toString',
  '=HYPERLINK("http://x")',
  '@SUM(1)',
  '(((((a+)+)+)+)+)$',
  `${'('.repeat(200)}`,
];

/** JSON values of a wrong type. */
export const HOSTILE_VALUES: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e21,
  [],
  [[]],
  ['a', 'b'],
  {},
  { $gt: '' },
  { toString: 'x' },
  { constructor: { prototype: { polluted: 1 } } },
  [{ id: 1 }],
];

/** Whole bodies, sent unchanged. */
export const HOSTILE_BODIES: readonly string[] = [
  'null',
  '[]',
  '"text"',
  '0',
  '{',
  '',
  '{"__proto__": {"polluted": 1}}',
  '{"constructor": {"prototype": {"polluted": 1}}}',
  `${'['.repeat(3_000)}${']'.repeat(3_000)}`,
  `{"a":${'{"a":'.repeat(1_000)}1${'}'.repeat(1_000)}}`,
];

/**
 * Request headers that our code or the framework reads. The headers of one list are sent together,
 * each with the hostile text: none of them decides whether a request is refused, so none hides the
 * effect of another.
 */
export const READ_HEADERS = [
  [
    'traceparent',
    'X-Forwarded-For',
    'X-Forwarded-Proto',
    'X-Forwarded-Host',
    'Accept-Language',
    'Last-Event-ID',
    'Referer',
    'Accept-Encoding',
    'User-Agent',
  ],
  ['Idempotency-Key'],
  ['Prefer'],
  ['Cookie'],
  ['X-CSRF-Token'],
  ['Origin'],
  ['Accept'],
  ['Content-Type'],
  ['Authorization'],
] as const;

/** Texts that a header may contain; Node's parser refuses all others before our code sees them. */
export const HEADER_TEXTS = HOSTILE_TEXTS.filter(
  (text) => /^[\x20-\x7e]*$/.test(text) && text.length < 8_000,
);
