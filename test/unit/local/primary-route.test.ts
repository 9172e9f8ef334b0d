/** The configuration of the HAProxy that passes connections on to the primary. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { renderPrimaryRoute } from '../../../local/engines/primary-route-config.js';
import { runToEnd } from '../../../local/processes/run-to-end.js';
import { findProgram } from '../../../local/setup/programs.mjs';
import { onlyWhere } from '../../support/only-where.js';

/** Three machines, as in docs/storage.md. */
const MACHINES = {
  host: '127.0.0.1',
  port: 5000,
  nodes: [1, 2, 3].map((number) => ({
    name: `postgres_${number}`,
    host: `10.0.0.${number}`,
    port: 5432,
    restPort: 8008,
  })),
};
const text = renderPrimaryRoute(MACHINES);

test('asks the Patroni of each node whether its PostgreSQL is the primary', () => {
  expect(text).toContain('http-check send meth OPTIONS uri /primary\n');
  for (const number of [1, 2, 3])
    expect(text).toContain(`server postgres_${number} 10.0.0.${number}:5432 check port 8008\n`);
  expect(text).toContain('bind 127.0.0.1:5000\n');
});

test('keeps no connection to a former primary, and lets no client wait while none is known', () => {
  expect(text).toContain('on-marked-down shutdown-sessions\n');
  expect(text).toContain('retries 0\n');
});

test('is the configuration that docs/storage.md shows', () => {
  const page = readFileSync('docs/storage.md', 'utf8');
  expect(page).toContain(text.trim());
});

const haproxy = findProgram(['haproxy']);
onlyWhere(
  haproxy !== null || process.env['CI'] === 'true',
  'needs haproxy',
  test,
)('HAProxy accepts it without a warning', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'relevo-route-'));
  const file = join(folder, 'haproxy.cfg');
  try {
    writeFileSync(file, text);
    expect(await runToEnd([haproxy ?? 'haproxy', '-c', '-dW', '-q', '-f', file])).toEqual({
      code: 0,
      output: '',
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
