/**
 * The commands that pay and hand over, against a real system: payments while a leader is killed and
 * while the service is stopped, batches, and hand-overs. The first payment and the question on a
 * terminal are processes of their own.
 */
import type { Batch } from '../../../shared/contracts/batch.js';
import type { Payment } from '../../../shared/contracts/payment.js';
import { eventually } from '../../support/eventually.js';
import { ran, ranHere, relevoHere, relevoOnTerminal } from '../../support/relevo.js';
import {
  allUp,
  env,
  json,
  leader,
  PATIENCE_MS,
  PATIENT,
  shownLeader,
  slowGateway,
  status,
  system,
  waiting,
  writeDown,
} from './commands-stage.js';

describe('pay', () => {
  const pay = ['pay', '--patient', PATIENT, '--amount', '150.00'];

  it(
    'shows the life of a payment and its outcome; a second run with the same key does not pay twice',
    async () => {
      const listed = json<{ patients: { document: string; name: string }[] }>(
        (await ranHere(['patients', '--limit', '1', '--json'], env)).out,
      );
      const words = [
        'pay',
        '--document',
        listed.patients[0]?.document ?? '',
        '--amount',
        '12,5',
        '--key',
        'bed-12',
      ];
      const first = await ran(words, env);
      expect(first).toMatchObject({ code: 0, err: '' });
      expect(first.out).toContain(`Paying 12.50 USD for ${listed.patients[0]?.name}`);
      expect(first.out).toMatch(
        /key +bed-12[^]*accepted +\d\d:\d\d:\d\d\.\d{3} {2}by patients_1[^]*succeeded +\d\d:.* by server_\d in term \d/,
      );
      expect(first.out).not.toContain('This key was used before');
      const id = (text: string): string => /payment +(\S{36})/.exec(text)?.[1] ?? 'none';
      const [again, other, looked] = await Promise.all([
        ranHere(words, env),
        ranHere([...words.slice(0, 4), '13', '--key', 'bed-12'], env),
        ranHere(['payment', id(first.out)], env),
      ]);
      expect(again.code).toBe(0);
      expect(again.out).toContain('This key was used before');
      expect(id(again.out)).toBe(id(first.out));
      expect(other.code).toBe(1);
      expect(other.err).toContain('IDEMPOTENCY_KEY_REUSED');
      expect(looked.out).toContain('succeeded');
    },
    PATIENCE_MS,
  );

  it(
    'is processed once, by another replica, when the leader is killed before the outcome',
    async () => {
      await slowGateway(1_500);
      const [victim, term] = await status().then(
        ({ partitions: [first] }) => [first?.leader ?? '', first?.term ?? 0] as const,
      );
      const paying = relevoHere([...pay, '--wait', '60', '--json'], env);
      await eventually(async () => (await waiting()) > 0, {
        what: 'the payment is accepted',
      });
      system.process(victim).kill('SIGKILL');
      await system.process(victim).exited;
      await slowGateway(0);
      expect(await paying.ended).toBe(0);
      const { payment } = json<{ payment: Payment }>(paying.out());
      expect(payment.status).toBe('SUCCEEDED');
      expect(payment.processedBy).not.toBe(victim);
      expect(payment.term).toBeGreaterThan(term);
      await system.process(victim).start();
      writeDown();
      await allUp();
    },
    PATIENCE_MS,
  );

  it(
    'retries with the same key while the service is stopped',
    async () => {
      const [patients] = system.patients;
      await patients?.stop();
      const paying = relevoHere([...pay, '--wait', '60', '--json'], env);
      await eventually(() => paying.err().includes('Retrying with the same key'), {
        what: 'a retry',
      });
      await patients?.start();
      expect(await paying.ended).toBe(0);
      expect(json<{ tries: number }>(paying.out()).tries).toBeGreaterThan(1);
    },
    PATIENCE_MS,
  );

  it(
    'is pending, with its own exit code, when the payment is not decided in time',
    async () => {
      await slowGateway(4_000);
      const pending = await ranHere([...pay, '--wait', '0', '--json'], env);
      await slowGateway(0);
      expect(pending.code).toBe(2);
      const { payment } = json<{ payment: Payment }>(pending.out);
      expect(payment.status).toBe('PENDING');
      await eventually(async () => (await waiting()) === 0, {
        what: 'it is decided',
      });
    },
    PATIENCE_MS,
  );

  it(
    'with a wrong token, or for an unknown patient, is refused; with --json as a document',
    async () => {
      const [refused, unknown] = await Promise.all([
        ranHere([...pay, '--json'], { ...env, RELEVO_TOKEN: 'wrong' }),
        ranHere(['pay', '--patient', PATIENT.replace('8', '9'), '--amount', '1'], env),
      ]);
      expect(refused.code).toBe(1);
      const document = {
        error: {
          code: 'UNAUTHENTICATED',
          exitCode: 1,
          hint: expect.stringContaining('relevo tokens') as string,
        },
      };
      expect(json(refused.out.slice(refused.out.indexOf('{')))).toMatchObject(document);
      expect([unknown.code, unknown.err]).toEqual([1, expect.stringContaining('PATIENT_UNKNOWN')]);
    },
    PATIENCE_MS,
  );
});

describe('batch', () => {
  it(
    'sends the payments, waits, and shows the result by status, replica and term',
    async () => {
      const fired = await ranHere(['batch', '--count', '60', '--watch'], env);
      expect(fired.code).toBe(0);
      expect(fired.out).toMatch(/succeeded +server_\d +\d+ +60/);
      expect(fired.out).toContain('60 sent, 60 succeeded, 0 declined, 0 failed, 0 pending');
      expect(fired.out).toContain('100.000 %');
      const id = /Batch (\S{36})/.exec(fired.out)?.[1] ?? '';
      const [looked, listed] = await Promise.all([
        ranHere(['batch', '--id', id, '--json'], env),
        ranHere(['payments', '--batch', id, '--limit', '2', '--json'], env),
      ]);
      expect(json<Batch>(looked.out)).toMatchObject({ batchId: id, sent: 60, succeeded: 60 });
      expect(json<{ payments: Payment[] }>(listed.out).payments).toHaveLength(2);
    },
    PATIENCE_MS,
  );

  it(
    'shows progress while it runs, also without a terminal',
    async () => {
      await slowGateway(1_200);
      const firing = relevoHere(['batch', '--count', '40', '--watch', '--json'], env);
      await eventually(() => /\d\d:\d\d:\d\d \d+ of 40 final/.test(firing.err()), {
        what: 'a line of progress',
      });
      await slowGateway(0);
      expect(await firing.ended).toBe(0);
      expect(json<Batch>(firing.out())).toMatchObject({ sent: 40, succeeded: 40 });
    },
    PATIENCE_MS,
  );
});

describe('leadership', () => {
  it(
    'is handed over as requested, and the history contains it',
    async () => {
      await allUp();
      const before = await leader();
      const to = before === 'server_1' ? 'server_2' : 'server_1';
      const moved = await ranHere(['handover', '--to', to, '--reason', 'kernel update'], env);
      expect(moved.code).toBe(0);
      expect(moved.err).toContain(`${before} leads in term`);
      expect(moved.err).toContain(to);
      expect(moved.out).toMatch(
        new RegExp(`^${to} leads in term \\d+, after ${before}; the order took`),
      );
      const [shown, again] = await Promise.all([
        shownLeader(),
        ranHere(['handover', '--to', to, '--reason', 'again'], env),
      ]);
      expect([shown, await leader()]).toEqual([to, to]);
      // The duration follows when the new leader confirms its term.
      const row = new RegExp(`${before} +${to} +planned +\\S+ m?s +kernel update`);
      await eventually(
        async () => {
          const { out } = await ranHere(['leaders', '--limit', '3'], env);
          if (!row.test(out)) throw new Error(out);
          return true;
        },
        { what: 'the hand-over with its duration in the history' },
      );
      expect(again.out).toContain('already leads');
    },
    PATIENCE_MS,
  );

  it(
    'requires a reason without a terminal, and a known replica',
    async () => {
      const [silent, unknown] = await Promise.all([
        ranHere(['handover'], env),
        ranHere(['drain', 'server_11', '--reason', 'x'], env),
      ]);
      expect([silent.code, silent.err]).toEqual([
        4,
        expect.stringContaining('A reason is required'),
      ]);
      expect([unknown.code, unknown.err]).toEqual([
        1,
        expect.stringContaining('Did you mean server_1?'),
      ]);
    },
    PATIENCE_MS,
  );

  it(
    'leaves a drained replica, which may lead again when it is ready',
    async () => {
      const before = await leader();
      const drained = await ranHere(['drain', before, '--reason', 'new disk'], env);
      expect(drained.code).toBe(0);
      expect(drained.err).toContain('It leads now');
      expect(drained.out).toContain(`${before} is set to drain.`);
      expect(await leader()).not.toBe(before);
      await eventually(
        async () => (await status()).replicas.find(({ id }) => id === before)?.admin === 'drain',
        { what: 'the drained replica in the status' },
      );
      const ready = await ranHere(['ready', before, '--reason', 'disk replaced', '--json'], env);
      expect(json(ready.out)).toMatchObject({ id: before, admin: 'ready' });
    },
    PATIENCE_MS,
  );

  it(
    'on a terminal moves only after a reason and a confirmation',
    async () => {
      const before = await leader();
      const refused = relevoOnTerminal(['handover'], env);
      await eventually(() => refused.out().includes('Reason ('), {
        what: 'the question',
      });
      refused.child.stdin?.write('just trying\r');
      await eventually(() => refused.out().includes('[y/N]'), {
        what: 'the second question',
      });
      refused.child.stdin?.write('n\r');
      expect(await refused.ended).toBe(1);
      expect(refused.out()).toContain('Nothing was changed.');
      expect(await leader()).toBe(before);
    },
    PATIENCE_MS,
  );
});
