/**
 * The output of /metrics of each service of a running system: checked by `promtool check metrics`
 * (format, conventions), and compared with the table of docs/metrics.md in both directions. Without
 * ZooKeeper the services of the measurements are left out.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../../local/root.js';
import { eventually } from '../../support/eventually.js';
import { readExposition, rowOf, type Metric } from '../../support/exposition.js';
import { startTestSystem } from '../../support/system.js';
import { describeWith, mayUse, toolPrograms } from '../../support/tools.js';

const PROGRAMS = new Map([
  ['patients', 'patients_1'],
  ['monitor', 'monitor_1'],
  ['payments', 'server_1'],
  ['gateway', 'gateway'],
]);
const ROUND_PROGRAMS = new Map([
  ['measurements', 'measurements'],
  ['device', 'device_1'],
]);
const measured = mayUse('zookeeper');
const programs = new Map([...PROGRAMS, ...(measured ? ROUND_PROGRAMS : [])]);
const texts = new Map<string, string>();

beforeAll(async () => {
  const system = await startTestSystem({ replicas: 1, measurements: measured });
  const readAll = async (): Promise<void> => {
    for (const [service, name] of programs)
      texts.set(service, await (await fetch(`${system.process(name).url}/metrics`)).text());
  };
  await readAll();
  if (!measured) return;
  // The labels of a measurement appear with the first one.
  const hasMeasured = async (): Promise<boolean> => {
    await readAll();
    return /^relevo_measurement_device_seconds\{/m.test(texts.get('device') ?? '');
  };
  await eventually(hasMeasured, { what: 'the device to have measured' });
}, 180_000);

describeWith('prometheus', 'the metrics of the services at /metrics', () => {
  const check = (input: string): { status: number | null; said: string } => {
    const { status, stdout, stderr } = spawnSync(
      toolPrograms('prometheus')[1] ?? '',
      ['check', 'metrics'],
      { input, encoding: 'utf8' },
    );
    return { status, said: stdout + stderr };
  };

  test.each([...programs.keys()])('promtool has no objection to %s', (service) => {
    expect(texts.get(service)).toMatch(/^relevo_/m);
    expect(check(texts.get(service) ?? '')).toEqual({ status: 0, said: '' });
  });

  test('control: promtool objects to a counter without _total', () => {
    expect(
      check('# HELP relevo_lost Lost.\n# TYPE relevo_lost counter\nrelevo_lost 1\n'),
    ).toMatchObject({ status: 3 });
  });
});

describe('docs/metrics.md', () => {
  const servedBy = (row: string): string[] => (row.split(' | ')[3] ?? '').split(', ');
  const isRunning = (service: string): boolean => service === 'all' || programs.has(service);
  const rows = readFileSync(join(ROOT, 'docs/metrics.md'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `relevo_'))
    .filter((row) => servedBy(row).some(isRunning));
  const served = (): Metric[] => {
    const families = new Map<string, Metric>();
    for (const [service, text] of texts) readExposition(text, service, families);
    return [...families.values()];
  };
  const labelsOf = (row: string): string[] =>
    [...(row.split(' | ')[2] ?? '').matchAll(/`(\w+)`/g)].map(([, label = '']) => label);
  const withoutLabels = (row: string): string => row.split(' | ').toSpliced(2, 1).join(' | ');

  test('lists exactly the exposed metrics', () => {
    const all = served().map((metric) => rowOf(metric, programs.size));
    expect(all.map(withoutLabels).toSorted()).toEqual(rows.map(withoutLabels).toSorted());
  });

  test('names every label', () => {
    const unnamed = served().flatMap(({ name, labels }) => {
      const row = rows.find((each) => each.startsWith(`| \`${name}\` `)) ?? '';
      return [...labels]
        .filter((label) => !labelsOf(row).includes(label))
        .map((label) => `${name}{${label}}`);
    });
    expect(unnamed).toEqual([]);
  });

  test('no label reveals data of a patient or a payment', () => {
    const labels = rows.flatMap(labelsOf);
    expect(labels.length).toBeGreaterThan(20);
    const closed = [
      'by',
      'call',
      'cause',
      'dependency',
      'fate',
      'kind',
      'layer',
      'member',
      'method',
      'node',
      'phase',
      'reason',
      'replica',
      'result',
      'route',
      'state',
      'status',
      'step',
      'way',
    ];
    expect(labels.filter((label) => !closed.includes(label))).toEqual([]);
  });
});
