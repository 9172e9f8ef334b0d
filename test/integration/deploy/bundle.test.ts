/**
 * The compiled services: which packages stay outside, that the image contains these, that stack
 * traces name our sources, and that a running service finds every file that it needs.
 */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { isBuiltin, SourceMap, type SourceMapPayload } from 'node:module';
import { dirname, join, normalize } from 'node:path';
import { IMAGE_PROGRAMS } from '../../../deploy/programs.js';
import { compileService } from '../../../local/processes/compile.js';
import { OUTSIDE_PACKAGES } from '../../../local/processes/packages.js';
import { ROOT } from '../../../local/root.js';
import { startTestSystem, type TestSystem } from '../../support/system.js';
import { copiedIntoImage, packagesOfImage } from './compose-file.js';

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const compiled: Record<string, string> = {};
beforeAll(async () => {
  for (const program of IMAGE_PROGRAMS) compiled[program] = read(await compileService(program));
}, 120_000);

const toPackage = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

/** The packages that a compiled program loads when it runs. */
const findLoaded = (code: string): string[] => [
  ...new Set(
    [...code.matchAll(/(?:\bfrom|\bimport|\bimport\(|require\()"(@?[a-z][\w./-]*)"/g)]
      .map(([, name]) => name as string)
      .filter((name) => !isBuiltin(name))
      .map(toPackage),
  ),
];

/** The packages whose files our sources serve or read. */
const findServed = (): string[] =>
  ['shared/http/docs/files.ts', 'monitor/console/assets.ts']
    .map(read)
    .flatMap((text) => [
      ...text.matchAll(/resolve\('(.+)\/package\.json'\)/g),
      ...text.matchAll(/'node_modules\/((?:@[\w-]+\/)?[\w.-]+)\//g),
    ])
    .map(([, name]) => name as string);

const isOutside = (name: string): boolean =>
  Object.keys(OUTSIDE_PACKAGES).some((row) => row === name || row === `${dirname(name)}/*`);

describe('the packages outside the compiled services', () => {
  test('are those of the list, and each row of the list is needed', () => {
    const loaded = [...new Set(Object.values(compiled).flatMap(findLoaded))];
    expect(loaded.filter((name) => !isOutside(name))).toEqual([]);
    const rows = loaded.map((name) => (name in OUTSIDE_PACKAGES ? name : `${dirname(name)}/*`));
    expect([...new Set(rows)].toSorted()).toEqual(Object.keys(OUTSIDE_PACKAGES).toSorted());
  });

  test('are in the image when they are installed, like those whose files are served', () => {
    const needed = [...new Set([...Object.values(compiled).flatMap(findLoaded), ...findServed()])];
    expect(needed).toEqual(expect.arrayContaining(['@prisma/client', 'swagger-ui-dist', 'uplot']));
    const inImage = packagesOfImage();
    const missing = needed.filter((name) => !inImage.has(name));
    expect(missing.filter((name) => existsSync(join(ROOT, 'node_modules', name)))).toEqual([]);
    expect(missing.filter((name) => !/not installed/.test(OUTSIDE_PACKAGES[name] ?? ''))).toEqual(
      [],
    );
    expect(copiedIntoImage()).toContain('node_modules');
  });

  test('control: packages inside the compiled services, and tools, are not in the image', () => {
    expect(
      ['swagger-ui-dist', 'express', 'bullmq', 'esbuild', 'tsx', 'typescript', 'jest'].filter(
        (name) => packagesOfImage().has(name),
      ),
    ).toEqual(['swagger-ui-dist']);
  });

  test('control: an import of a package is found in compiled code', () => {
    expect(findLoaded('import a from"left-pad";import("@a/b/c");__require("fs");')).toEqual([
      'left-pad',
      '@a/b',
    ]);
  });
});

interface Mapped {
  map: SourceMap;
  lines: string[];
}

function readMap(code: string): Mapped {
  const at = code.lastIndexOf('//# sourceMappingURL=');
  const json = Buffer.from(code.slice(code.indexOf(',', at) + 1), 'base64').toString();
  return {
    map: new SourceMap(JSON.parse(json) as SourceMapPayload),
    lines: code.slice(0, at).split('\n'),
  };
}

/** The place in our sources from which `text` was compiled. */
function findSource(program: string, text: string): string {
  const { map, lines } = readMap(compiled[program] ?? '');
  const line = lines.findIndex((each) => each.includes(text));
  const entry = map.findEntry(line, lines[line]?.indexOf(text) ?? 0);
  if (!('originalSource' in entry)) return 'nowhere';
  const path = normalize(join('generated/services', entry.originalSource));
  return `${path}: ${read(path).split('\n')[entry.originalLine]?.trim()}`;
}

describe('the source maps of the compiled services', () => {
  test.each(IMAGE_PROGRAMS)('of %s contain our sources and no package', (program) => {
    const { sources } = readMap(compiled[program] ?? '').map.payload;
    expect(sources.length).toBeGreaterThan(5);
    expect(sources.filter((source) => source.includes('node_modules'))).toEqual([]);
  });

  test('lead to the line of a source', () => {
    expect(findSource('payments/main.ts', '"new leader"')).toMatch(
      /^payments\/bullmq-internals\.ts: .*'new leader'/,
    );
    expect(findSource('monitor/main.ts', 'The queue cannot be read')).toMatch(
      /^monitor\/inspect\/pages\/parcels-page\.ts: .*The queue cannot be read/,
    );
  });

  test('the compiled services contain no character beyond Latin-1, so V8 keeps one byte each', () => {
    for (const code of Object.values(compiled)) {
      expect(code.match(/[^\0-\xff]/g)).toBeNull();
    }
  });
});

describe('a system of compiled services serves', () => {
  let system: TestSystem;
  beforeAll(async () => {
    system = await startTestSystem({ replicas: 1, gateway: 'simulated' });
  }, 300_000);

  async function get(name: string, path: string): Promise<string> {
    const response = await fetch(new URL(path, system.process(name).url), {
      headers: { Authorization: `Bearer ${system.tokens.operator}`, Accept: '*/*' },
    });
    const text = await response.text();
    expect({ path, status: response.status }).toEqual({ path, status: 200 });
    return text;
  }

  test.each(['patients_1', 'monitor_1'])('the page of the document of %s', async (name) => {
    const page = await get(name, '/docs');
    const files = [...page.matchAll(/(?:src|href)="(\/docs\/[^"]+)"/g)].map(
      ([, path]) => path ?? '',
    );
    expect(files.length).toBeGreaterThanOrEqual(4);
    for (const path of files) expect((await get(name, path)).length).toBeGreaterThan(100);
  });

  test('the page of the queue, its scripts and its data', async () => {
    const page = await get('monitor_1', '/queues');
    const files = [...page.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(
      ([, path]) => path ?? '',
    );
    expect(files.length).toBeGreaterThanOrEqual(2);
    for (const path of files) await get('monitor_1', path);
    expect(await get('monitor_1', '/queues.json')).toContain('"parcels"');
  });

  test.each(['patients_1', 'monitor_1', 'server_1'])('the metrics of %s', async (name) => {
    const text = await get(name, '/metrics');
    expect(text).toContain('process_cpu_seconds_total');
    expect(text).toContain('nodejs_eventloop_lag_seconds');
  });

  test('the charts of the console', async () => {
    const [assets] = /\/assets\/\w+\//.exec(await get('monitor_1', '/')) ?? [];
    expect(await get('monitor_1', `${assets}uPlot.js`)).toContain('export');
  });
});
