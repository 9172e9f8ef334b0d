/**
 * `relevo move`: from the single PostgreSQL into a real cluster and back, with equal rows; refusals
 * and interruptions leave the data where they are.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockInstallation } from '../../../local/installation.js';
import { freeOffset } from '../../support/free-offset.js';
import { ranHere, relevoHere } from '../../support/relevo.js';
import { describeWith } from '../../support/tools.js';
import { openStage, save } from '../backup/stage.js';

const PATIENCE_MS = 300_000;
const stage = openStage();
const dataDir = mkdtempSync(join(tmpdir(), 'relevo-move-'));
const archive = join(stage.folder, 'filled.zip');
let env: Record<string, string>;

afterAll(async () => {
  rmSync(dataDir, { recursive: true, force: true });
  await stage.close();
});

interface Answer {
  tables: { name: string; rows: number; sha256: string }[];
  keptAt: string;
  error?: { code: string; message: string };
}

async function run(...words: string[]): Promise<Answer & { code: number | string }> {
  const { code, out } = await ranHere([...words, '--json'], env);
  return { code, ...(JSON.parse(out) as Answer) };
}

const folders = (): string[] =>
  readdirSync(dataDir)
    .filter((name) => name !== 'backups')
    .map((name) => name.replace(/\d{8}-\d{6}/, 'TIME'))
    .sort();

describeWith('patroni', 'relevo move', () => {
  let tables: Answer['tables'];

  beforeAll(async () => {
    env = { RELEVO_DATA: dataDir, RELEVO_PORT_OFFSET: String(await freeOffset()) };
    await save((await stage.filled()).url, archive);
  }, PATIENCE_MS);

  test('refuses without data', async () => {
    expect(await run('move', '--to', 'standby')).toMatchObject({
      code: 1,
      error: { code: 'NO_DATA' },
    });
    const { code, ...restored } = await run('restore', archive);
    expect(code).toBe(0);
    tables = restored.tables;
    expect(folders()).toEqual(['postgres']);
  });

  test('refuses while the system runs', async () => {
    const lock = lockInstallation(dataDir);
    try {
      expect(await run('move', '--to', 'standby')).toMatchObject({
        code: 1,
        error: { code: 'IN_USE' },
      });
    } finally {
      lock.release();
    }
  });

  test('refuses a move to where the data are', async () => {
    expect(await run('move', '--to', 'single')).toMatchObject({
      code: 1,
      error: { code: 'NO_DATA', message: expect.stringContaining('already') as string },
    });
  });

  test(
    'an interrupted move leaves the data where they are, and nothing else',
    async () => {
      const moving = relevoHere(['move', '--to', 'standby', '--json'], env);
      moving.interrupt();
      expect(await moving.ended).toBe(130);
      expect(folders()).toEqual(['postgres']);
    },
    PATIENCE_MS,
  );

  test(
    'moves into the cluster and back: equal rows in every table, and the old folders are kept',
    async () => {
      const there = await run('move', '--to', 'standby');
      expect(there).toMatchObject({ code: 0, tables });
      expect(folders()).toEqual(['postgres.moved-TIME', 'postgres.moved-TIME.txt', 'standby']);
      expect(existsSync(join(there.keptAt, 'PG_VERSION'))).toBe(true);
      expect(readFileSync(`${there.keptAt}.txt`, 'utf8')).toContain('Nothing uses them');

      // The cluster starts again under its final name, and has all rows.
      const copy = join(stage.folder, 'cluster.zip');
      expect(await run('backup', copy)).toMatchObject({ code: 0, tables });
      expect(await run('restore', copy)).toMatchObject({ code: 3 });

      const back = await run('move', '--to', 'single');
      expect(back).toMatchObject({ code: 0, tables });
      expect(folders()).toEqual([
        'postgres',
        'postgres.moved-TIME',
        'postgres.moved-TIME.txt',
        'standby.moved-TIME',
        'standby.moved-TIME.txt',
      ]);
      expect(await run('backup', join(stage.folder, 'single.zip'))).toMatchObject({
        code: 0,
        tables,
      });
    },
    PATIENCE_MS,
  );
});
