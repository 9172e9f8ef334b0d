/**
 * Checks docker-compose.yml and the Dockerfile against the code, without Docker: every variable is
 * an option, every named member exists, every import is in the image. Each check has a control: a
 * file that is broken on purpose.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { IMAGE_PROGRAMS } from '../../../deploy/programs.js';
import { getCompiledPath } from '../../../local/processes/compile.js';
import { ROOT } from '../../../local/root.js';
import {
  balancerIsShared,
  consoleIsLinked,
  endIsOrderly,
  healthIsChecked,
  membersAreThere,
  optionsAreKnown,
  secretsStayOutside,
  startIsOrdered,
  type Check,
} from './compose-checks.js';
import {
  copiedIntoBuild,
  copiedIntoImage,
  defaultProgram,
  environmentOf,
  letIntoBuild,
  programOf,
  readCompose,
  type ComposeFile,
  type Service,
} from './compose-file.js';

const service = (file: ComposeFile, name: string): Service => {
  const found = file.services[name];
  if (!found) throw new Error(`no service ${name}`);
  return found;
};
const told = (file: ComposeFile, name: string): Record<string, string | number> =>
  (service(file, name).environment ??= {});

/** Compose itself orders the starts; on Kubernetes this program of the image does. */
const ONLY_ON_KUBERNETES = 'deploy/wait-for-database.ts';

interface Spoilt {
  check: Check;
  holds: string;
  /** The change to the file, and the problem that the check must report. */
  spoil: (file: ComposeFile) => void;
  says: RegExp;
}

const CASES: Spoilt[] = [
  {
    check: optionsAreKnown,
    holds: 'gives services only options they have',
    spoil: (file) => (told(file, 'server-1')['SHUTDOWN_SECONDS'] = 5),
    says: /has no option SHUTDOWN_SECONDS/,
  },
  {
    check: optionsAreKnown,
    holds: 'gives services all required options',
    spoil: (file) => void delete told(file, 'monitor-2')['MONITORS'],
    says: /monitor-2: .*MONITORS is required/s,
  },
  {
    check: optionsAreKnown,
    holds: 'gives options valid values',
    spoil: (file) => (told(file, 'patients-1')['PORT'] = 'http'),
    says: /PORT must be a whole number/,
  },
  {
    check: membersAreThere,
    holds: 'names every member with its host and port',
    spoil: (file) => (told(file, 'server-2')['PORT'] = 5009),
    says: /server_2: PORT is 5009, not 5002/,
  },
  {
    check: membersAreThere,
    holds: 'gives every monitor all members',
    spoil: (file) => (told(file, 'monitor-3')['REPLICAS'] = 'server_1=http://server-1:5001'),
    says: /monitor_3: REPLICAS is/,
  },
  {
    check: membersAreThere,
    holds: 'has all members',
    spoil: (file) => void delete file.services['monitor-3'],
    says: /monitor_3 is missing/,
  },
  {
    check: balancerIsShared,
    holds: 'lets monitors use the socket of the balancer',
    spoil: (file) => (service(file, 'monitor-2').volumes = []),
    says: /monitor-2 does not mount balancer:/,
  },
  {
    check: balancerIsShared,
    holds: 'publishes no instance',
    spoil: (file) => (service(file, 'patients-1').ports = ['4001:4001']),
    says: /patients-1 can be reached without the balancer/,
  },
  {
    check: consoleIsLinked,
    holds: 'links the console at its published port',
    spoil: (file) => (told(file, 'patients-2')['MONITOR_URL'] = 'http://monitor-1:5000'),
    says: /patients-2 links http:\/\/monitor-1:5000, which no monitor publishes/,
  },
  {
    check: healthIsChecked,
    holds: 'has a health check for every service that stays up',
    spoil: (file) => void delete service(file, 'redis').healthcheck,
    says: /redis has no health check/,
  },
  {
    check: startIsOrdered,
    holds: 'starts in order',
    spoil: (file) => void delete service(file, 'patients-2').depends_on,
    says: /patients-2 does not wait for migrate/,
  },
  {
    check: startIsOrdered,
    holds: 'waits for no impossible condition',
    spoil: (file) => (service(file, 'gateway').healthcheck = { disable: true }),
    says: /server-1 waits in vain for gateway/,
  },
  {
    check: secretsStayOutside,
    holds: 'holds no token',
    spoil: (file) => (told(file, 'gateway')['INTERNAL_TOKEN'] = 'hunter2'),
    says: /INTERNAL_TOKEN is in the file/,
  },
  {
    check: secretsStayOutside,
    holds: 'holds no password',
    spoil: (file) =>
      (told(file, 'migrate')['DATABASE_URL'] = 'postgresql://relevo:hunter2@postgres/relevo'),
    says: /DATABASE_URL is in the file/,
  },
  {
    check: secretsStayOutside,
    holds: 'refuses an unset token',
    spoil: (file) => (told(file, 'server-1')['API_TOKEN'] = '${API_TOKEN:-}'),
    says: /API_TOKEN is in the file, or may be empty/,
  },
  {
    check: endIsOrderly,
    holds: 'gives every service time for its shutdown',
    spoil: (file) => (service(file, 'patients-1').stop_grace_period = '10s'),
    says: /patients-1 is killed after 10000 ms/,
  },
];

describe('docker-compose.yml', () => {
  it.each(CASES)('$holds', ({ check, spoil, says }) => {
    expect(check(readCompose())).toEqual([]);
    const spoilt = structuredClone(readCompose());
    spoil(spoilt);
    expect(check(spoilt).join('\n')).toMatch(says);
  });

  it('publishes only the public API and the consoles, and only on this machine by default', () => {
    const published = (observe: boolean): string[] =>
      Object.values(readCompose().services)
        .filter(({ profiles }) => (profiles?.includes('observe') ?? false) === observe)
        .flatMap(({ ports = [] }) => ports)
        .toSorted();
    const onThisMachine = (...ports: number[]): string[] =>
      ports.map((port) => `\${PUBLISH_ON:-127.0.0.1}:${port}:${port}`);
    expect(published(false)).toEqual(onThisMachine(4000, 5000, 5010, 5020));
    expect(published(true)).toEqual(onThisMachine(3000, 9090));
  });

  it('stores durable data on volumes that it declares', () => {
    const file = readCompose();
    const used = Object.values(file.services).flatMap(({ volumes = [] }) =>
      volumes.map((volume) => volume.split(':')[0] ?? ''),
    );
    const mounted = used.filter((name) => name.startsWith('.'));
    expect(mounted.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
    expect([...new Set(used)].filter((name) => !mounted.includes(name)).toSorted()).toEqual(
      Object.keys(file.volumes).toSorted(),
    );
    const { GATEWAY_LEDGER_FILE: ledger } = environmentOf(service(file, 'gateway'), {
      INTERNAL_TOKEN: 'i',
    });
    expect(service(file, 'gateway').volumes?.map((volume) => volume.split(':')[1])).toEqual([
      dirname(ledger ?? ''),
    ]);
  });

  it('mounts folders of the checkout, never a single file: an editor replaces the file, and the container would keep the old one', () => {
    const files = (file: ComposeFile): string[] =>
      Object.values(file.services)
        .flatMap(({ volumes = [] }) => volumes)
        .map((volume) => volume.split(':')[0] ?? '')
        .filter((path) => path.startsWith('.') && statSync(join(ROOT, path)).isFile());
    expect(files(readCompose())).toEqual([]);
    const spoilt = readCompose();
    service(spoilt, 'prometheus').volumes = [
      './deploy/prometheus/alerts.yml:/etc/prometheus/alerts.yml:ro',
    ];
    expect(files(spoilt)).toEqual(['./deploy/prometheus/alerts.yml']);
  });

  it('has a page that names every volume and the command that stops the services of each profile', () => {
    const page = readFileSync(join(ROOT, 'deploy/README.md'), 'utf8');
    const { services, volumes } = readCompose();
    expect(Object.keys(volumes).filter((name) => !page.includes(`relevo_${name}`))).toEqual([]);
    const profiles = new Set(Object.values(services).flatMap(({ profiles: names = [] }) => names));
    expect(
      [...profiles].filter((name) => !page.includes(`docker compose --profile ${name} down`)),
    ).toEqual([]);
    expect(page).toContain('--remove-orphans');
  });

  it('builds one image, once', () => {
    const services = Object.entries(readCompose().services).filter(
      ([, entry]) => programOf(entry) !== null,
    );
    expect(services.filter(([, { build }]) => build !== undefined).map(([name]) => name)).toEqual([
      'migrate',
    ]);
    expect(new Set(services.map(([, { image }]) => image)).size).toBe(1);
  });
});

/** Every file that a program reaches by relative imports, as a path from the project's root. */
function filesBehind(program: string, seen = new Set<string>()): Set<string> {
  if (seen.has(program)) return seen;
  seen.add(program);
  const imports = readFileSync(join(ROOT, program), 'utf8').matchAll(
    /(?:from|import) '(\.[^']+)'/g,
  );
  for (const [, target] of imports) {
    const path = normalize(join(dirname(program), target ?? '')).replace(/\.js$/, '.ts');
    if (!path.startsWith('generated/')) filesBehind(path, seen);
  }
  return seen;
}

/**
 * Paths of the checkout that the sources of these programs name in `readAsset` or `join(ROOT, …)`.
 */
const filesReadByPath = (programs: readonly string[]): string[] => [
  ...new Set(
    programs
      .flatMap((program) => [...filesBehind(program)])
      .flatMap((file) => [
        ...readFileSync(join(ROOT, file), 'utf8').matchAll(
          /(?:readAsset\(|join\(ROOT, |asset\(.*)'([\w-]+\/[\w./-]+)'/g,
        ),
      ])
      .map(([, path]) => path ?? '')
      .filter((path) => existsSync(join(ROOT, path))),
  ),
];

describe('the image', () => {
  it('is built from every file that its programs import', () => {
    const files = [...new Set(IMAGE_PROGRAMS.flatMap((program) => [...filesBehind(program)]))];
    expect(files.length).toBeGreaterThan(100);
    const inBuild = copiedIntoBuild();
    expect(files.filter((file) => !inBuild.includes(file.split('/')[0] ?? ''))).toEqual([]);
  });

  it('contains the compiled programs, and every file that they read', () => {
    const programs = new Set(Object.values(readCompose().services).map(programOf));
    programs.delete(null);
    expect([...programs, ONLY_ON_KUBERNETES].toSorted()).toEqual([...IMAGE_PROGRAMS].toSorted());
    const inImage = copiedIntoImage();
    const folders = (path: string): string[] =>
      path.split('/').map((_, index, parts) => parts.slice(0, index + 1).join('/'));
    const isInImage = (path: string): boolean => folders(path).some((at) => inImage.includes(at));
    const needed = [...IMAGE_PROGRAMS.map(getCompiledPath), ...filesReadByPath(IMAGE_PROGRAMS)];
    expect(needed).toEqual(
      expect.arrayContaining(['patients/web/style.css', 'prisma/migrations', 'shared/http/docs']),
    );
    expect(needed.filter((path) => !isInImage(path))).toEqual([]);
    expect(isInImage('payments/main.ts')).toBe(false);
    expect(inImage).toContain(dirname(defaultProgram()));
  });

  it('is built from existing files that .dockerignore admits', () => {
    const copied = copiedIntoBuild().filter((name) => !name.includes('/'));
    expect(letIntoBuild()).toEqual(expect.arrayContaining(copied));
    expect(copied.filter((name) => !existsSync(join(ROOT, name)))).toEqual([]);
  });
});
