/**
 * The control of the search over all logs of a test run: it finds planted secrets, and fails when
 * there were no logs to search.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeTokens } from '../../../local/tokens.js';
import type { Secret } from '../../support/log-evidence.js';
import { searchLogs } from '../../support/log-search.js';

const tokens = { ...makeTokens() };
const secret = (kind: string, value: string, whole = false): Secret => ({ kind, value, whole });
const SECRETS = [
  ...Object.entries(tokens).map(([kind, value]) => secret(kind, value)),
  secret('password', 'a/long+password'),
  secret('cookie', 's:a-long-session-id.signature'),
  secret('document', '1234567', true),
  secret('name', 'María "Zoë" Ruíz', true),
];
const CLEAN =
  '{"level":"info","time":"2026-11-28T12:34:56.789Z","id":"12345678","err":{"message":"Bearer [redacted]"}}\n';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relevo-searched-'));
  mkdirSync(join(folder, 'logs', 'process--a.test.ts'), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The problems that the search reports for logs with these texts, by name. */
function problems(logs: Readonly<Record<string, string>>, secrets = SECRETS): string[] {
  writeFileSync(
    join(folder, '1.secrets'),
    secrets.map((each) => `${JSON.stringify(each)}\n`).join(''),
  );
  for (const [name, text] of Object.entries(logs))
    writeFileSync(join(folder, 'logs', 'process--a.test.ts', name), text);
  return searchLogs(folder, true).problems;
}

it.each([
  ['api', `{"config":{"token":"${tokens.api}"}}`],
  ['internal', `x${tokens.internal}x`],
  ['password', 'postgresql://p:a/long+password@h'],
  ['password', 'postgresql://p:a%2Flong%2Bpassword@h'],
  ['cookie', 'relevo s%3Aa-long-session-id.signature'],
  ['document', 'Key (document)=(1234567) already exists'],
  ['name', JSON.stringify({ fullName: 'María "Zoë" Ruíz' })],
])('finds a planted %s, reports the place, and does not repeat the secret', (kind, text) => {
  expect(problems({ 'server_1.log': CLEAN + text })).toEqual([
    `line 2 of process/a.test.ts: server_1.log has the ${kind}`,
  ]);
});

it.each([
  'authorization: Bearer of-somebody-else',
  '"set-cookie": "session=1"',
  'cookie: relevo.sid=s%3Aabc',
])('finds a header: %s', (text) => {
  expect(problems({ 'server_1.log': CLEAN + text })).toEqual([
    'process/a.test.ts: server_1.log has a header with a token or a cookie',
  ]);
});

it('finds nothing in clean logs, and counts files, lines and secrets', () => {
  expect(problems({ 'a.log': CLEAN, 'b.log': CLEAN + CLEAN })).toEqual([]);
  expect(searchLogs(folder, true)).toMatchObject({ files: 2, lines: 3, secrets: SECRETS.length });
});

it('fails when systems ran but there were no logs to search', () => {
  expect(problems({ 'a.log': '' })).toEqual([
    'process--a.test.ts: systems ran and wrote nothing that could be searched',
    'systems ran and no log was there to be searched',
  ]);
  expect(problems({ 'a.log': CLEAN }, [])).toEqual([
    'systems ran and no secret was kept to be searched for',
  ]);
});

it('fails when a secret is too short for a search, and still finds the others', () => {
  expect(
    problems({ 'a.log': `${tokens.api}\n` }, [secret('short', '12345'), secret('api', tokens.api)]),
  ).toEqual([
    'the short is too short to be searched for: it has 5 characters',
    'line 1 of process/a.test.ts: a.log has the api',
  ]);
});
