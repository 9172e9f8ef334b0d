/**
 * The output of /metrics of each service of a running system: checked by `promtool check metrics`
 * (format, conventions), and compared with the table of docs/metrics.md in both directions.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../../local/root.js';
import { readExposition, rowOf, type Metric } from '../../support/exposition.js';
import { startTestSystem } from '../../support/system.js';
import { describeWith, toolPrograms } from '../../support/tools.js';

const texts = new Map<string, string>();

beforeAll(async () => {
  const system = await startTestSystem();
  for (const name of ['patients_1', 'monitor_1', 'server_1', 'gateway']) {
    const { url, kind } = system.process(name);
    texts.set(kind, await (await fetch(`${url}/metrics`)).text());
  }
}, 120_000);

describeWith('prometheus', 'the metrics of the services at /metrics', () => {
  const check = (input: string): { status: number | null; said: string } => {
    const { status, stdout, stderr } = spawnSync(
      toolPrograms('prometheus')[1] ?? '',
      ['check', 'metrics'],
      { input, encoding: 'utf8' },
    );
    return { status, said: stdout + stderr };
  };

  test.each(['patients', 'monitor', 'payments', 'gateway'])(
    'promtool has no objection to %s',
    (service) => {
      expect(check(texts.get(service) ?? '')).toEqual({ status: 0, said: '' });
    },
  );

  test('control: promtool objects to a counter without _total', () => {
    expect(
      check('# HELP relevo_lost Lost.\n# TYPE relevo_lost counter\nrelevo_lost 1\n'),
    ).toMatchObject({ status: 3 });
  });
});

describe('docs/metrics.md', () => {
  const rows = readFileSync(join(ROOT, 'docs/metrics.md'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `relevo_'));
  const served = (): Metric[] => {
    const families = new Map<string, Metric>();
    for (const [service, text] of texts) readExposition(text, service, families);
    return [...families.values()];
  };
  const labelsOf = (row: string): string[] =>
    [...(row.split(' | ')[2] ?? '').matchAll(/`(\w+)`/g)].map(([, label = '']) => label);
  const withoutLabels = (row: string): string => row.split(' | ').toSpliced(2, 1).join(' | ');

  test('lists exactly the exposed metrics', () => {
    expect(served().map(rowOf).map(withoutLabels).toSorted()).toEqual(
      rows.map(withoutLabels).toSorted(),
    );
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
