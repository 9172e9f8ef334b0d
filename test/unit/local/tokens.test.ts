import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { provideTokens, readTokens } from '../../../local/tokens.js';

describe('tokens', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'relevo-tokens-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('are created once, all different, and found again', () => {
    const made = provideTokens(folder, {});
    expect(new Set(Object.values(made)).size).toBe(3);
    expect(provideTokens(folder, {})).toEqual(made);
    expect(readTokens(folder)).toEqual(made);
  });

  it('are in a file that only its owner can read, even after other users could read it', () => {
    writeFileSync(
      join(folder, 'tokens.json'),
      JSON.stringify({ api: 'a', operator: 'o', internal: 'i' }),
      { mode: 0o644 },
    );
    provideTokens(folder, {});
    expect(statSync(join(folder, 'tokens.json')).mode & 0o777).toBe(0o600);
  });

  it('are overridden by the environment, which is not written to the file', () => {
    expect(provideTokens(folder, { api: 'from-environment' }).api).toBe('from-environment');
    expect(readTokens(folder)?.api).not.toBe('from-environment');
  });

  it.each(['', '{', '{"api": "x"}', '[]', 'null'])(
    'a file with the content %j is refused in one sentence',
    (text) => {
      writeFileSync(join(folder, 'tokens.json'), text);
      expect(() => provideTokens(folder, {})).toThrow(/tokens.json cannot be parsed; delete it/);
    },
  );
});
