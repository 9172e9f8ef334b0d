/**
 * The compose file with real containers: built, started, a leader killed while 230 payments are in
 * flight, stopped, started again. This takes minutes and needs base images from a registry, so it
 * runs only on request, on Linux, with Docker and Compose: TEST_DOCKER=on npm test --
 * test/integration/deploy/stack.test.ts
 */
import { eventually } from '../../support/eventually.js';
import { createProject } from './docker.js';
import { onlyWhere } from '../../support/only-where.js';

const SENT = 230;
const CLIENTS = 10;
/** The leader is killed after this many answers: in the middle of the run, at any speed. */
const KILL_AFTER = 60;
const MINUTES = 60_000;

interface Answer {
  id: string;
  status: string;
}
interface Leader {
  term: number;
  leader: string | null;
}

const asked = process.env['TEST_DOCKER'] === 'on';

onlyWhere(
  asked,
  'needs Docker with Compose, and TEST_DOCKER=on',
  describe,
)('the compose set', () => {
  const project = createProject();
  const { compose, address, tokens, sql, charges } = project;
  const hostOf = (id: string): string => id.replace('_', '-');

  const pay = async (patientId: string): Promise<Answer> => {
    const response = await fetch(`http://${address}:4000/api/payments`, {
      method: 'POST',
      headers: {
        'authorization': `Bearer ${tokens.api}`,
        'content-type': 'application/json',
        'prefer': 'wait=30',
      },
      body: JSON.stringify({ patientId, amountMinor: 15_000, currency: 'USD' }),
    });
    if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`);
    return (await response.json()) as Answer;
  };
  const leadership = async (): Promise<Leader> => {
    const response = await fetch(`http://${address}:5000/status`);
    const { partitions } = (await response.json()) as { partitions: Leader[] };
    return partitions[0] ?? { term: 0, leader: null };
  };
  const leaderAbove = (term: number): Promise<Leader & { leader: string }> =>
    eventually(
      async () => {
        const now = await leadership();
        return now.term > term && now.leader !== null ? { ...now, leader: now.leader } : null;
      },
      { what: `a leader of a term above ${term}` },
    );

  beforeAll(() => compose('up', '--detach', '--build', '--wait', '--quiet-pull'), 10 * MINUTES);
  afterAll(() => project.remove(), 3 * MINUTES);

  it(
    'processes each of 230 payments once through two instances, although the leader is killed meanwhile',
    async () => {
      const before = await leaderAbove(0);
      const [patientId = ''] = await sql('SELECT id FROM patient ORDER BY id LIMIT 1');
      const answers: Answer[] = [];
      let begun = 0;
      let killed: Promise<string> | undefined;
      const client = async (): Promise<void> => {
        while (begun < SENT) {
          begun += 1;
          answers.push(await pay(patientId));
          if (answers.length >= KILL_AFTER) killed ??= compose('kill', hostOf(before.leader));
        }
      };
      await Promise.all(Array.from({ length: CLIENTS }, client));
      await killed;

      expect(answers.filter(({ status }) => status === 'SUCCEEDED')).toHaveLength(SENT);
      expect(
        await sql(
          'SELECT status, count(*), count(DISTINCT accepted_by) FROM payment GROUP BY status',
        ),
      ).toEqual([`SUCCEEDED|${SENT}|2`]);
      expect(new Set(await sql('SELECT id FROM payment'))).toEqual(
        new Set(answers.map(({ id }) => id)),
      );
      const charged = (await charges())
        .filter(({ status }) => status === 'approved')
        .map(({ key }) => key);
      expect(charged.toSorted()).toEqual(answers.map(({ id }) => id).toSorted());
      const after = await leaderAbove(before.term);
      expect(await sql('SELECT DISTINCT processed_by FROM payment ORDER BY 1')).toEqual(
        [before.leader, after.leader].toSorted(),
      );
    },
    3 * MINUTES,
  );

  it(
    'restarts a replica whose process ended',
    async () => {
      const { leader, term } = await leaderAbove(0);
      // Kills every process of its user except the first one, which then exits too.
      await compose('exec', '-T', hostOf(leader), 'bash', '-c', 'kill -9 -1').catch(
        () => undefined,
      );
      await leaderAbove(term);
      await eventually(
        async () =>
          (await compose('ps', '--format', '{{.Health}}', hostOf(leader))).trim() === 'healthy',
        {
          what: `${leader} is healthy again`,
        },
      );
      expect(await compose('logs', '--no-log-prefix', hostOf(leader))).toMatch(
        /is ready[^]*is ready/,
      );
    },
    2 * MINUTES,
  );

  it(
    'finds its data after everything was stopped and started again',
    async () => {
      const { term } = await leaderAbove(0);
      await compose('down', '--timeout', '20');
      await compose('up', '--detach', '--wait');
      expect(await sql('SELECT status, count(*) FROM payment GROUP BY status')).toEqual([
        `SUCCEEDED|${SENT}`,
      ]);
      expect(await charges()).toHaveLength(SENT);
      await leaderAbove(term);
      const [patientId = ''] = await sql('SELECT id FROM patient ORDER BY id LIMIT 1');
      expect(await pay(patientId)).toMatchObject({ status: 'SUCCEEDED' });
    },
    5 * MINUTES,
  );
});
