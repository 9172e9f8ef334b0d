/** The settings of a Redis group, and the primary of its last run. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serverSettings } from '../../../local/engines/redis-group.js';
import {
  readLastPort,
  readLastPrimary,
  SENTINEL_FILE,
  sentinelSettings,
} from '../../../local/engines/sentinel.js';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'relevo-sentinel-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Folders of Sentinels with these files; null: an empty folder. */
const folders = (files: readonly (string | null)[]): string[] =>
  files.map((text, index) => {
    const each = join(folder, String(index));
    mkdirSync(each);
    if (text !== null) writeFileSync(join(each, SENTINEL_FILE), text);
    return each;
  });
const after = (port: number, epoch: number): string =>
  `sentinel monitor relevo 127.0.0.1 ${port} 2\nsentinel config-epoch relevo ${epoch}\n`;

test('a server is fenced, keeps its data, and follows the primary that is given', () => {
  const own = { dataDir: '/a "b"', host: '127.1.0.1', port: 1, password: 'p' };
  const settings = serverSettings(own, { host: '127.1.0.2', port: 2 });
  expect(settings).toEqual(
    expect.arrayContaining([
      'dir "/a \\"b\\""',
      'appendonly yes',
      'save ""',
      'bind 127.0.0.1',
      'requirepass p',
      'masterauth p',
      'min-replicas-to-write 1',
      'min-replicas-max-lag 2',
      'replica-announce-ip 127.1.0.1',
      'replicaof 127.1.0.2 2',
    ]),
  );
  expect(serverSettings(own, null).join()).not.toMatch(/replicaof/);
});

test('a Sentinel needs a password, and a second one before it replaces the primary', () => {
  const settings = sentinelSettings({
    folder: '/s',
    port: 7,
    password: 'p',
    primary: { host: '127.1.0.1', port: 1 },
  });
  expect(settings).toEqual(
    expect.arrayContaining([
      'bind 127.0.0.1',
      'requirepass p',
      'sentinel monitor relevo 127.1.0.1 1 2',
      'sentinel auth-pass relevo p',
    ]),
  );
});

test('the last primary is that of the newest configuration', () => {
  expect(readLastPrimary(folders([after(1, 3), after(2, 5), after(1, 4)]))).toBe(2);
});

test('Sentinels that have never run know no primary', () => {
  expect(readLastPrimary(folders([null, 'port 7\n']))).toBeNull();
});

test('the port of a server is read from its file', () => {
  const file = join(folder, 'relevo.conf');
  expect(readLastPort(file)).toBeNull();
  writeFileSync(file, 'bind 127.0.0.1\nport 6391\nreplicaof 127.0.0.1 6392\n');
  expect(readLastPort(file)).toBe(6391);
});
