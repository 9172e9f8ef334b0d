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
  // Debian builds Prometheus without the discovery of Kubernetes: all the rest is checked.
  const configuration = readFileSync(join(folder, 'kubernetes.yml'), 'utf8');
  const discovery = /kubernetes_sd_configs:\n(?: {6}.*\n)+/;
  writeFileSync(
    join(folder, 'without-discovery.yml'),
    configuration.replace(discovery, "static_configs: [{ targets: ['pod:5000'] }]\n"),
  );
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const promtool = (...args: string[]): { status: number | null; said: string } => {
    const { status, stdout, stderr } = spawnSync(toolPrograms('prometheus')[1] ?? '', args, {
      cwd: folder,
      encoding: 'utf8',
    });
    return { status, said: stdout + stderr };
  };

  test('the configuration and its rules are valid', () => {
    expect(promtool('check', 'config', 'prometheus.yml')).toMatchObject({ status: 0 });
    expect(promtool('check', 'config', 'without-discovery.yml')).toMatchObject({ status: 0 });
    expect(
      promtool('check', 'rules', '--lint=all', '--lint-fatal', 'alerts.yml', 'recording.yml'),
    ).toMatchObject({ status: 0 });
  });

  test('the configuration for Kubernetes discovers pods', () =>
    expect(discovery.exec(configuration)?.[0]).toContain('role: pod'));

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
