/**
 * Checks the configuration of deploy/prometheus with the real promtool: it is valid, and every rule
 * passes its tests.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../../../local/root.js';
import { describeWith, toolPrograms } from '../../support/tools.js';

describeWith('prometheus', 'deploy/prometheus', () => {
  const folder = mkdtempSync(join(tmpdir(), 'relevo-rules-'));
  cpSync(join(ROOT, 'deploy/prometheus'), folder, { recursive: true });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const promtool = (...args: string[]): { status: number | null; said: string } => {
    const { status, stdout, stderr } = spawnSync(toolPrograms('prometheus')[1] ?? '', args, {
      cwd: folder,
      encoding: 'utf8',
    });
    return { status, said: stdout + stderr };
  };

  test('the configuration and its rules are valid', () => {
    for (const file of ['prometheus.yml', 'kubernetes.yml'])
      expect({ file, ...promtool('check', 'config', file) }).toMatchObject({ file, status: 0 });
    expect(
      promtool('check', 'rules', '--lint=all', '--lint-fatal', 'alerts.yml', 'recording.yml'),
    ).toMatchObject({ status: 0 });
  });

  test('every rule fires when it should, with the expected texts, and only then', () => {
    expect(promtool('test', 'rules', 'alerts.test.yml').said).toMatch(/SUCCESS/);
  }, 180_000);

  test('control: the tests of the rules fail with another threshold', () => {
    const spoilt = readFileSync(join(folder, 'alerts.yml'), 'utf8').replace('> 0.05', '> 0.5');
    writeFileSync(join(folder, 'alerts.yml'), spoilt);
    const tests = readFileSync(join(folder, 'alerts.test.yml'), 'utf8');
    const [head = '', ...cases] = tests.split(/\n(?= {2}- name: )/);
    writeFileSync(
      join(folder, 'one.test.yml'),
      [head, ...cases.filter((text) => text.includes('RelevoGatewayFailing, every'))].join('\n'),
    );
    expect(promtool('test', 'rules', 'one.test.yml')).toMatchObject({
      status: 1,
      said: expect.stringMatching(/RelevoGatewayFailing/) as unknown,
    });
  });
});
