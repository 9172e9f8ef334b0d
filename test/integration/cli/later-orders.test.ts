/**
 * The commands that order something for later, against a real system: a hand-over, and the end of a
 * state.
 */
import { eventually } from '../../support/eventually.js';
import { ranHere } from '../../support/relevo.js';
import { allUp, env, leader, PATIENCE_MS } from './commands-stage.js';

describe('an order for later', () => {
  beforeAll(allUp, PATIENCE_MS);

  it(
    'sets a state with an end, shows it in the status, and refuses another time',
    async () => {
      const id = (await leader()) === 'server_1' ? 'server_2' : 'server_1';
      const set = (until: string): ReturnType<typeof ranHere> =>
        ranHere(['maint', id, '--until', until, '--reason', 'new disk'], env);
      const [past, wrong] = [await set('2020-01-01T00:00:00Z'), await set('14:30')];
      expect([past.code, past.err]).toEqual([1, expect.stringContaining('SCHEDULE_TIME_INVALID')]);
      expect([wrong.code, wrong.err]).toEqual([
        4,
        expect.stringContaining('--until must be a time in UTC, not "14:30".'),
      ]);
      const done = await set(new Date(Date.now() + 3_600_000).toISOString());
      expect([done.code, done.out]).toEqual([
        0,
        expect.stringContaining(`${id} is set to maint until `),
      ]);
      await eventually(
        async () => (await ranHere(['status'], env)).out.includes(`${id} is in maint until `),
        { what: 'the end in the status' },
      );
      await ranHere(['ready', id, '--reason', 'disk replaced'], env);
    },
    PATIENCE_MS,
  );

  it(
    'schedules a hand-over, shows it in the status, and cancels it once',
    async () => {
      const at = new Date(Date.now() + 3_600_000).toISOString();
      const cancel = ['handover', '--cancel', '--reason', 'postponed'];
      const ordered = await ranHere(['handover', '--at', at, '--reason', 'night'], env);
      expect([ordered.code, ordered.out]).toEqual([0, expect.stringContaining('is scheduled for')]);
      await eventually(async () => (await ranHere(['status'], env)).out.includes('is scheduled'), {
        what: 'the order in the status',
      });
      expect((await ranHere(cancel, env)).out).toContain('is cancelled.');
      expect(await ranHere(cancel, env)).toMatchObject({ code: 1 });
    },
    PATIENCE_MS,
  );
});
