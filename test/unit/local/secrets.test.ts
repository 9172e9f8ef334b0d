/** The control of the search that every test system's logs go through: it finds what is planted. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeTokens } from '../../../local/tokens.js';
import { leaksIn, leaksInFolder, secretsOf } from '../../support/secrets.js';

describe('the search of logs for secrets', () => {
  const tokens = { ...makeTokens() };
  const secrets = secretsOf(tokens, 'postgresql://postgres:a-long-password@127.0.0.1/relevo', 'redis://127.0.0.1');

  it('finds a planted token, password, header and cookie, and does not repeat them', () => {
    const texts = [
      ['server_1', `{"config":{"token":"${tokens.internal}"}}`], ['monitor_1', 'postgresql://postgres:a-long-password@127.0.0.1'],
      ['patients_1', 'authorization: Bearer of-somebody-else'], ['patients_2', '"set-cookie": "session=1"'],
    ] as const;
    const leaks = leaksIn(texts, secrets);
    expect(leaks).toEqual([
      'server_1 has the internal', 'monitor_1 has the database password',
      'patients_1 has a header with a token or a cookie', 'patients_2 has a header with a token or a cookie',
    ]);
  });

  it('finds nothing in what is clean', () => {
    expect(leaksIn([['server_1', '{"msg":"I AM ALIVE","err":{"message":"Bearer [redacted]"}}']], secrets)).toEqual([]);
  });

  it('finds what is planted in the logs of a folder', () => {
    const folder = mkdtempSync(join(tmpdir(), 'relevo-planted-'));
    try {
      mkdirSync(join(folder, 'logs'));
      writeFileSync(join(folder, 'tokens.json'), JSON.stringify(tokens));
      writeFileSync(join(folder, 'logs', 'server_1.log'), tokens.operator);
      writeFileSync(join(folder, 'up.log'), tokens.api);
      expect(leaksInFolder(folder)).toEqual(['up.log has the api', 'logs/server_1.log has the operator']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
