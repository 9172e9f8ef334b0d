/**
 * The pure part of the topology of the console: the flows, the interrupted flows, and the paths of
 * the arrows.
 */
import { STATUS } from '../../../monitor/http/examples.js';
import { status as statusSchema, type Status } from '../../../shared/contracts/status.js';

interface Flow {
  kind: string;
  from: string;
  to: string;
  works: boolean;
}
interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}
interface Arrow {
  kind: string;
  works: boolean;
  line: string;
  tip: string;
  label: { x: number; y: number };
}

/**
 * The compilation of the tests does not include the scripts of the browser, so this file repeats
 * types.
 */
const CLIENT = '../../../monitor/console/client';
const { toFlows } = (await import(`${CLIENT}/flows.js`)) as { toFlows: (status: Status) => Flow[] };
const { toArrows } = (await import(`${CLIENT}/arrows.js`)) as {
  toArrows: (flows: Flow[], getBox: (name: string) => Box | null, floor: number) => Arrow[];
};

type DatabaseNode = NonNullable<Status['record']>['nodes'][number];
type GroupServer = NonNullable<Status['redisGroup']>['servers'][number];
interface Words {
  tone: string;
  word: string;
  detail: string;
}
type EnsembleMember = NonNullable<Status['ensemble']>[number];
type MeasuringDevice = NonNullable<Status['devices']>[number];
const { memberWords, deviceWords } = (await import(`${CLIENT}/rounds.js`)) as {
  memberWords: (member: Pick<EnsembleMember, 'role'>) => Words;
  deviceWords: (device: Omit<MeasuringDevice, 'name'>) => Words;
};
const { nodeWords, serverWords } = (await import(`${CLIENT}/topology.js`)) as {
  nodeWords: (node: DatabaseNode) => Words;
  serverWords: (server: GroupServer) => Words;
};

const NOW: Status = statusSchema.parse(STATUS);
const [FIRST] = NOW.patients as [Status['patients'][number]];
const SILENT = { ...FIRST, id: 'patients_2', observed: 'suspect', since: null } as const;
const words = (status: Status): string[] =>
  toFlows(status).map(
    ({ kind, from, to, works }) => `${kind}: ${from} → ${to}${works ? '' : ', stands'}`,
  );

describe('the flows', () => {
  test('lead from patients through the queue and the leader to the database, and from patients to the database', () => {
    expect(words(NOW)).toEqual([
      'forward: balancer → patients',
      'watch: monitors → replicas',
      'enqueue: patients/patients_1 → queue/Redis',
      'accept: patients → database/PostgreSQL',
      'fetch: queue/Redis → replicas/server_2',
      'commit: replicas/server_2 → database/PostgreSQL',
      'charge: replicas → gateway',
    ]);
  });

  test('only the current leader commits; without a leader no replica commits', () => {
    const led = (leader: string | null): Status => ({
      ...NOW,
      partitions: NOW.partitions.map((partition) => ({ ...partition, leader })),
    });
    expect(words(led('server_3'))).toContain('commit: replicas/server_3 → database/PostgreSQL');
    expect(words(led(null)).join()).not.toMatch(/fetch|commit/);
  });

  test.each<[string, Partial<Status>, string[]]>([
    ['Redis is unavailable', { engines: { postgres: true, redis: false } }, ['enqueue', 'fetch']],
    [
      'PostgreSQL is unavailable',
      { engines: { postgres: false, redis: true } },
      ['accept', 'commit'],
    ],
    [
      'the state of both is unknown',
      { engines: { postgres: null, redis: null } },
      ['enqueue', 'accept', 'fetch', 'commit'],
    ],
    [
      'the leader is suspected',
      { replicas: NOW.replicas.map((replica) => ({ ...replica, observed: 'suspect' })) },
      ['fetch', 'commit', 'charge'],
    ],
    ['no replica reaches the gateway', { gateway: { ...NOW.gateway, reached: false } }, ['charge']],
    ['one of two instances is silent', { patients: [...NOW.patients, SILENT] }, ['enqueue']],
    ['every instance is silent', { patients: [SILENT] }, ['forward', 'enqueue', 'accept']],
    ['the balancer is silent', { balancer: { name: 'haproxy', answers: false } }, ['forward']],
  ])('when %s, the dependent flows are interrupted', (_what, change, standing) => {
    expect(
      toFlows({ ...NOW, ...change })
        .filter(({ works }) => !works)
        .map(({ kind }) => kind),
    ).toEqual(standing);
  });

  test('a monitor without a balancer shows no flow of one', () => {
    expect(words({ ...NOW, balancer: null }).join()).not.toContain('forward');
  });

  test('a monitor that knows no instance shows no flows of instances', () => {
    expect(words({ ...NOW, patients: [] }).join()).not.toMatch(/enqueue|accept/);
  });
});

describe('the arrows', () => {
  const box = (left: number, top: number): Box => ({
    left,
    top,
    right: left + 100,
    bottom: top + 40,
  });
  const BOXES: Record<string, Box> = {
    'patients': box(0, 100),
    'patients/patients_1': box(0, 100),
    'queue/Redis': box(200, 100),
    'replicas': box(400, 60),
    'monitors': box(400, 0),
    'replicas/server_2': box(400, 80),
    'database/PostgreSQL': box(600, 100),
  };
  const drawn = (boxes = BOXES): Arrow[] =>
    toArrows(toFlows(NOW), (name) => boxes[name] ?? null, 200);
  const arrow = (kind: string): Arrow => drawn().find((each) => each.kind === kind) as Arrow;

  test('begin at the side of one box and end just before the side of the other', () => {
    expect(arrow('enqueue')).toMatchObject({
      line: expect.stringMatching(/^M100 120C/) as string,
      tip: expect.stringMatching(/^M197 120l/) as string,
    });
    expect(arrow('commit')).toMatchObject({
      line: expect.stringMatching(/^M500 100C/) as string,
      tip: expect.stringMatching(/^M597 120l/) as string,
    });
    expect(arrow('watch').tip).toMatch(/^M450 57l/);
  });

  test('pass below the boxes in between: along the bottom edge, up to the database', () => {
    expect(arrow('accept').line).toMatch(/^M50 143V190q.*H640q.*V151$/);
    expect(arrow('accept')).toMatchObject({
      tip: expect.stringMatching(/^M650 143l/) as string,
      label: { x: 350, y: 200 },
    });
  });

  test('an end without a box has no arrow', () => {
    const rest = Object.entries(BOXES).filter(([name]) => name !== 'queue/Redis');
    expect(drawn(Object.fromEntries(rest)).map(({ kind }) => kind)).toEqual([
      'watch',
      'accept',
      'commit',
    ]);
  });
});

describe('a database node', () => {
  const NODE: DatabaseNode = {
    name: 'postgres_2',
    role: 'sync-standby',
    state: 'running',
    lagBytes: 3_000_000,
    timeline: 4,
    streaming: true,
  };
  test.each([
    [{}, 'good', 'running', 'synchronous standby · 2 MB behind · timeline 4'],
    [
      { role: 'primary', lagBytes: null, streaming: null },
      'good',
      'running',
      'primary · timeline 4',
    ],
    [
      { role: 'standby', streaming: false },
      'warn',
      'running',
      'standby · does not follow · timeline 4',
    ],
    [
      { role: 'none', state: 'starting', streaming: false },
      'warn',
      'starting',
      'does not follow · timeline 4',
    ],
    [
      { role: 'unknown', state: 'silent', lagBytes: null, timeline: null, streaming: false },
      'bad',
      'no answer',
      '',
    ],
  ] as const)('%j is shown as %s, %s', (changes, tone, word, detail) => {
    expect(nodeWords({ ...NODE, ...changes })).toEqual({ tone, word, detail });
  });
});

test.each<[string, Partial<GroupServer>, Words]>([
  ['the primary', { isPrimary: true }, { tone: 'good', word: 'running', detail: 'primary' }],
  ['a former primary', {}, { tone: 'warn', word: 'running', detail: 'former primary' }],
  [
    'a replica',
    { role: 'replica', link: 'up', lagBytes: 3_145_728 },
    { tone: 'good', word: 'running', detail: 'replica · 3 MB behind' },
  ],
  [
    'a replica without its primary',
    { role: 'replica', link: 'down' },
    { tone: 'warn', word: 'running', detail: 'replica · does not follow' },
  ],
  ['a silent server', { role: null }, { tone: 'bad', word: 'no answer', detail: '' }],
])('a server of a Redis group: %s', (_what, change, expected) => {
  const server: GroupServer = {
    name: 'redis_1',
    role: 'primary',
    isPrimary: false,
    link: null,
    lagBytes: null,
  };
  expect(serverWords({ ...server, ...change })).toEqual(expected);
});

describe('the measurement rounds', () => {
  test.each([
    ['leader', { tone: 'good', word: 'running', detail: 'leader' }],
    ['follower', { tone: 'good', word: 'running', detail: 'follower' }],
    ['waiting', { tone: 'warn', word: 'waiting', detail: 'no majority' }],
    ['silent', { tone: 'bad', word: 'no answer', detail: '' }],
  ] as const)('a member that is %s has its tone and text', (role, expected) => {
    expect(memberWords({ role })).toEqual(expected);
  });

  test.each([
    ['ready', true, { tone: 'good', word: 'ready', detail: 'leads the rounds' }],
    ['ready', false, { tone: 'good', word: 'ready', detail: 'measures' }],
    ['waiting', false, { tone: 'warn', word: 'waiting', detail: 'for ZooKeeper' }],
    ['silent', false, { tone: 'bad', word: 'no answer', detail: '' }],
  ] as const)('a device that is %s (leads: %s) has its tone and text', (state, leads, expected) => {
    expect(deviceWords({ state, leads })).toEqual(expected);
  });
});
