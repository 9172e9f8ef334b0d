/**
 * The recorded alerts of two monitors in a real PostgreSQL: acknowledgements that race, of an alert
 * that the other monitor recorded, of one that cleared, and with a hostile reason; and the pages of
 * alerts that fired at the same time.
 */
import { randomUUID } from 'node:crypto';
import { AlertRecorder } from '../../../monitor/alerts/alert-recorder.js';
import { AlertStore } from '../../../monitor/alerts/alert-store.js';
import { toAlertPage, toOpenAlerts } from '../../../monitor/alerts/documents.js';
import { ALERT_RULES } from '../../../monitor/core/alerts/rules.js';
import type { Alert } from '../../../monitor/core/alerts/tracker.js';
import { createLogger } from '../../../shared/observability/logger.js';
import type { Pool } from '../../../shared/postgres/postgres.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { createTestPool } from '../../support/pool.js';

const RULE = ALERT_RULES.find(({ name }) => name === 'RelevoReplicaDown') as Alert['rule'];
const fire = (subject: string, sinceMs = Date.now()): Alert => ({
  ...{ id: randomUUID(), rule: RULE, subject, text: `${subject} does not answer`, sinceMs },
});

describe('the recorded alerts of two monitors', () => {
  let database: TestDatabase;
  let pool: Pool;

  beforeAll(async () => {
    database = await createTestDatabase();
    pool = createTestPool(database.url, { max: 20 });
  });
  afterEach(() => pool.query('TRUNCATE alert'));
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  /** A monitor that sees these alerts and records nothing by itself. */
  function openMonitor(id: string, firing: Alert[]) {
    const store = new AlertStore(pool, id);
    const watch = { firing, isReady: true };
    const logger = createLogger('monitor', id, 'silent');
    const options = { watch, store, webhook: null, monitor: id, isRecorder: () => false, logger };
    return { store, recorder: new AlertRecorder(options) };
  }
  const countAudits = async (subject: string): Promise<number> => {
    const text = "SELECT FROM audit WHERE action = 'acknowledge' AND target = $1";
    return (await pool.query(text, [`${RULE.name} ${subject}`])).rowCount ?? 0;
  };

  test('an alert that the other monitor recorded is acknowledged under the id that this one shows', async () => {
    const theirs = fire('server_2');
    await openMonitor('monitor_1', [theirs]).store.record([theirs]);
    const mine = fire('server_2');
    const { recorder } = openMonitor('monitor_2', [mine]);
    expect(recorder.open[0]?.id).toBe(mine.id);
    const found = await recorder.acknowledge(mine.id, 'operator', 'it is repaired');
    expect(found).toMatchObject({ id: theirs.id, acknowledgedReason: 'it is repaired' });
    expect(recorder.open).toMatchObject([{ id: theirs.id, acknowledgedReason: 'it is repaired' }]);
    expect(await countAudits('server_2')).toBe(1);
  });

  test('of 40 acknowledgements at two monitors one stays, with one audit row', async () => {
    const alert = fire('server_3');
    const monitors = [openMonitor('monitor_1', [alert]), openMonitor('monitor_2', [alert])];
    const reasons = await Promise.all(
      Array.from({ length: 40 }, async (_, index) => {
        const { recorder } = monitors[index % 2] as (typeof monitors)[number];
        return (await recorder.acknowledge(alert.id, 'operator', `reason ${index}`))
          ?.acknowledgedReason;
      }),
    );
    expect(new Set(reasons).size).toBe(1);
    expect(reasons[0]).toMatch(/^reason \d+$/);
    expect(await countAudits('server_3')).toBe(1);
  });

  const HOUR_MS = 3_600_000;
  test.each([
    ['open for two hours', 2 * HOUR_MS, null, ['fired']],
    ['cleared a minute ago after two hours', 2 * HOUR_MS, 60_000, ['fired', 'cleared']],
    ['cleared two hours ago', 3 * HOUR_MS, 2 * HOUR_MS, []],
  ])('the notices of an alert that was %s', async (_, firedAgoMs, clearedAgoMs, kinds) => {
    const { store } = openMonitor('monitor_1', []);
    await store.record([fire('server_1', Date.now() - firedAgoMs)]);
    if (clearedAgoMs !== null)
      await pool.query('UPDATE alert SET cleared_at = $1', [new Date(Date.now() - clearedAgoMs)]);
    const untold = await store.untold();
    expect(untold.map(({ kind }) => kind)).toEqual(kinds);
    for (const notice of untold) await store.markTold(notice);
    expect(await store.untold()).toEqual([]);
  });

  test('an alert that cleared can be acknowledged and is not shown as open again', async () => {
    const alert = fire('server_2');
    const { store, recorder } = openMonitor('monitor_1', []);
    await store.record([alert]);
    await store.clearOthers([]);
    expect(await recorder.acknowledge(alert.id, 'operator', 'seen')).toMatchObject({
      acknowledgedReason: 'seen',
    });
    expect(recorder.open).toEqual([]);
    expect(await recorder.acknowledge(randomUUID(), 'operator', 'seen')).toBeNull();
  });

  test('a hostile reason is stored as it is', async () => {
    const alert = fire('server_2');
    const { recorder } = openMonitor('monitor_1', [alert]);
    const reason = `'); DROP TABLE alert; -- $1 <script>alert(1)</script> ${'\u{1F3E5}'.repeat(200)}`;
    expect(await recorder.acknowledge(alert.id, 'operator', reason)).toMatchObject({
      acknowledgedReason: reason,
    });
  });

  test('the pages of the history have each alert once, also those that fired at the same time', async () => {
    const { store } = openMonitor('monitor_1', []);
    const now = Date.now();
    const times = [1, 1, 1, 2, 3, 3, 4].map((ago) => now - ago * 1_000);
    await store.record(times.map((at, index) => fire(`server_${index}`, at)));
    await store.clearOthers([]);
    for (const limit of [1, 2, 5]) {
      const subjects: string[] = [];
      let next: string | null = String(now);
      for (let page = 1; next !== null && page <= times.length + 1; page += 1) {
        const rows = await store.cleared(new Date(Number(next)), limit);
        const document = toAlertPage(toOpenAlerts([], true, new Date(now)), rows, limit);
        subjects.push(...document.history.map(({ subject }) => subject));
        next = document.next;
      }
      expect(subjects.toSorted()).toEqual(times.map((_, index) => `server_${index}`));
    }
  });
});
