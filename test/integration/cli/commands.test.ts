/**
 * The commands as processes against a real system: payments while a leader is killed and while the
 * service is stopped, hand-overs, `--watch` on a pseudo-terminal, completion in a real bash, and
 * the doctor on a system with a fault.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../../local/root.js';
import type { Batch } from '../../../shared/contracts/batch.js';
import type { Payment } from '../../../shared/contracts/payment.js';
import { eventually } from '../../support/eventually.js';
import { ran, relevo, relevoOnTerminal, runProgram } from '../../support/relevo.js';
import {
  allUp,
  env,
  folder,
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
        (await ran(['patients', '--limit', '1', '--json'], env)).out,
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
      const again = await ran(words, env);
      expect(again.code).toBe(0);
      expect(again.out).toContain('This key was used before');
      const id = (text: string): string => /payment +(\S{36})/.exec(text)?.[1] ?? 'none';
      expect(id(again.out)).toBe(id(first.out));
      const other = await ran([...words.slice(0, 4), '13', '--key', 'bed-12'], env);
      expect(other.code).toBe(1);
      expect(other.err).toContain('IDEMPOTENCY_KEY_REUSED');
      const looked = await ran(['payment', id(first.out)], env);
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
      const paying = relevo([...pay, '--wait', '60', '--json'], env);
      await eventually(async () => (await waiting()) > 0, {
        what: 'the payment is accepted',
        deadlineMs: 60_000,
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
      const paying = relevo([...pay, '--wait', '60', '--json'], env);
      await eventually(() => paying.err().includes('Retrying with the same key'), {
        what: 'a retry',
        deadlineMs: 60_000,
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
      const pending = await ran([...pay, '--wait', '0', '--json'], env);
      await slowGateway(0);
      expect(pending.code).toBe(2);
      const { payment } = json<{ payment: Payment }>(pending.out);
      expect(payment.status).toBe('PENDING');
      await eventually(async () => (await waiting()) === 0, {
        what: 'it is decided',
        deadlineMs: 60_000,
      });
    },
    PATIENCE_MS,
  );

  it(
    'with a wrong token, or for an unknown patient, is refused; with --json as a document',
    async () => {
      const refused = await ran([...pay, '--json'], { ...env, RELEVO_TOKEN: 'wrong' });
      expect(refused.code).toBe(1);
      const document = {
        error: {
          code: 'UNAUTHENTICATED',
          exitCode: 1,
          hint: expect.stringContaining('relevo tokens') as string,
        },
      };
      expect(json(refused.out.slice(refused.out.indexOf('{')))).toMatchObject(document);
      const unknown = await ran(
        ['pay', '--patient', PATIENT.replace('8', '9'), '--amount', '1'],
        env,
      );
      expect([unknown.code, unknown.err]).toEqual([1, expect.stringContaining('PATIENT_UNKNOWN')]);
    },
    PATIENCE_MS,
  );
});

describe('batch', () => {
  it(
    'sends the payments, waits, and shows the result by status, replica and term',
    async () => {
      const fired = await ran(['batch', '--count', '60', '--watch'], env);
      expect(fired.code).toBe(0);
      expect(fired.out).toMatch(/succeeded +server_\d +\d+ +60/);
      expect(fired.out).toContain('60 sent, 60 succeeded, 0 declined, 0 failed, 0 pending');
      expect(fired.out).toContain('100.000 %');
      const id = /Batch (\S{36})/.exec(fired.out)?.[1] ?? '';
      const looked = json<Batch>((await ran(['batch', '--id', id, '--json'], env)).out);
      expect(looked).toMatchObject({ batchId: id, sent: 60, succeeded: 60 });
      const listed = await ran(['payments', '--batch', id, '--limit', '2', '--json'], env);
      expect(json<{ payments: Payment[] }>(listed.out).payments).toHaveLength(2);
    },
    PATIENCE_MS,
  );

  it(
    'shows progress while it runs, also without a terminal',
    async () => {
      await slowGateway(1_200);
      const firing = relevo(['batch', '--count', '40', '--watch', '--json'], env);
      await eventually(() => /\d\d:\d\d:\d\d \d+ of 40 final/.test(firing.err()), {
        what: 'a line of progress',
        deadlineMs: 60_000,
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
      const moved = await ran(['handover', '--to', to, '--reason', 'kernel update'], env);
      expect(moved.code).toBe(0);
      expect(moved.err).toContain(`${before} leads in term`);
      expect(moved.err).toContain(to);
      expect(moved.out).toMatch(new RegExp(`^${to} leads in term \\d+, after ${before}; it took`));
      expect([await shownLeader(), await leader()]).toEqual([to, to]);
      const history = await ran(['leaders', '--limit', '3'], env);
      expect(history.out).toMatch(new RegExp(`${before} +${to} +planned +\\S+ m?s +kernel update`));
      expect((await ran(['handover', '--to', to, '--reason', 'again'], env)).out).toContain(
        'already leads',
      );
    },
    PATIENCE_MS,
  );

  it(
    'requires a reason without a terminal, and a known replica',
    async () => {
      const silent = await ran(['handover'], env);
      expect([silent.code, silent.err]).toEqual([
        4,
        expect.stringContaining('A reason is required'),
      ]);
      const unknown = await ran(['drain', 'server_11', '--reason', 'x'], env);
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
      const drained = await ran(['drain', before, '--reason', 'new disk'], env);
      expect(drained.code).toBe(0);
      expect(drained.err).toContain('It leads now');
      expect(drained.out).toContain(`${before} is set to drain.`);
      expect(await leader()).not.toBe(before);
      await eventually(
        async () => (await status()).replicas.find(({ id }) => id === before)?.admin === 'drain',
        { what: 'the drained replica in the status' },
      );
      const ready = await ran(['ready', before, '--reason', 'disk replaced', '--json'], env);
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
        deadlineMs: 60_000,
      });
      refused.child.stdin?.write('just trying\r');
      await eventually(() => refused.out().includes('[y/N]'), {
        what: 'the second question',
        deadlineMs: 60_000,
      });
      refused.child.stdin?.write('n\r');
      expect(await refused.ended).toBe(1);
      expect(refused.out()).toContain('Nothing was changed.');
      expect(await leader()).toBe(before);
    },
    PATIENCE_MS,
  );
});

describe('--watch', () => {
  it(
    'on a terminal redraws in place, and restores the screen on Ctrl-C, with exit code 130',
    async () => {
      const watching = relevoOnTerminal(['status', '--watch'], env);
      await eventually(() => watching.out().includes(' leads in term '), {
        what: 'the view',
        deadlineMs: 60_000,
      });
      expect(watching.out()).toContain('\x1b[?1049h');
      expect(watching.out()).not.toContain('\x1b[?1049l');
      watching.child.stdin?.write('\x03');
      expect(await watching.ended).toBe(130);
      const after = watching.out().split('\x1b[?25h\x1b[?1049l');
      expect(after).toHaveLength(2);
      expect(after[1]).toContain(' leads in term ');
    },
    PATIENCE_MS,
  );

  it(
    'without a terminal prints a line at each change, without colours',
    async () => {
      const watching = relevo(['status', '--watch'], env);
      await eventually(() => watching.out().includes(' leads in term '), {
        what: 'the first line',
        deadlineMs: 60_000,
      });
      await ran(['handover', '--reason', 'to be seen'], env);
      const lines = (): string[] => watching.out().trim().split('\n');
      const terms = (): Set<string | undefined> =>
        new Set(lines().map((line) => /in term (\d+)/.exec(line)?.[1]));
      await eventually(() => terms().size >= 2, {
        what: 'a line of the next term',
        deadlineMs: 60_000,
      });
      watching.child.kill('SIGINT');
      expect(await watching.ended).toBe(130);
      expect(watching.out()).not.toContain('\x1b');
    },
    PATIENCE_MS,
  );

  it(
    'respects NO_COLOR on a terminal',
    async () => {
      const asked = relevoOnTerminal(['status'], { ...env, NO_COLOR: '1' });
      expect(await asked.ended).toBe(0);
      expect(asked.out()).not.toContain('\x1b[');
      const coloured = relevoOnTerminal(['status'], { ...env, NO_COLOR: '' });
      expect(await coloured.ended).toBe(0);
      expect(coloured.out()).toContain('\x1b[1m');
    },
    PATIENCE_MS,
  );
});

describe('doctor', () => {
  interface Report {
    healthy: boolean;
    findings: { level: string; subject: string; says: string; fix: string | null }[];
  }
  const findingOf = ({ findings }: Report, level: string, subject: string): string | undefined =>
    findings.find((finding) => finding.level === level && finding.subject === subject)?.says;

  it(
    'finds a healthy system, and its clocks',
    async () => {
      await allUp();
      const report = json<Report>((await ran(['doctor', '--json'], env)).out);
      expect(findingOf(report, 'ok', 'leadership')).toMatch(/server_\d leads/);
      expect(findingOf(report, 'ok', 'services')).toMatch(/^(\d+) of \1 ready$/);
      expect(findingOf(report, 'ok', 'migrations')).toBe('all applied');
      expect(findingOf(report, 'ok', 'tokens')).toBeDefined();
      expect(
        report.findings.filter(({ says }) => /^(PostgreSQL|Redis) is .* this machine/.test(says)),
      ).toHaveLength(2);
      expect(report.findings.every(({ level, fix }) => (level === 'ok') === (fix === null))).toBe(
        true,
      );
    },
    PATIENCE_MS,
  );

  it(
    'finds a frozen service, with exit code 1',
    async () => {
      const frozen = system.process('server_3');
      frozen.freeze();
      try {
        const { code, out } = await ran(['doctor'], env);
        expect(code).toBe(1);
        expect(out).toMatch(/^✗ problem +server_3 +server_3 does not answer\.$/m);
        expect(out).toMatch(/fix: tail -n 20 .*server_3\.log/);
      } finally {
        frozen.thaw();
      }
      await allUp();
    },
    PATIENCE_MS,
  );

  it(
    'finds tokens that the running system refuses',
    async () => {
      // A request of the doctor may time out on a busy machine.
      await eventually(
        async () => {
          const tokens = { API_TOKEN: 'other', OPERATOR_TOKEN: 'another' };
          const { out } = await ran(['doctor', '--json'], { ...env, ...tokens });
          const report = json<Report>(out);
          expect(report.healthy).toBe(false);
          expect(findingOf(report, 'problem', 'tokens')).toContain(
            'the api and the operator token',
          );
          return true;
        },
        { what: 'the finding', deadlineMs: 120_000 },
      );
    },
    PATIENCE_MS,
  );
});

describe('completion', () => {
  it(
    'in bash returns commands, options, experiments and the names of the replicas',
    async () => {
      const lines = [
        `eval "$('${process.execPath}' '${join(ROOT, 'local/bootstrap.mjs')}' completion bash)"`,
        'try() { COMP_WORDS=("$@"); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _relevo; echo "${COMPREPLY[*]}" | tr "\\n" " "; echo; }',
        'try relevo dra',
        'try relevo drain ""',
        'try relevo handover --to server_2',
        'try relevo pay --am',
        'try relevo experiment ava',
        'try relevo drain nobody',
        'COMP_WORDS=(npx relevo main); COMP_CWORD=2; _relevo_npx; echo "${COMPREPLY[*]}"',
      ];
      // Completion has a deadline of its own, which a busy machine may miss.
      await eventually(
        async () => {
          const shell = runProgram(['bash', '--norc', '-c', lines.join('\n')], env);
          expect(await shell.ended).toBe(0);
          const offered = shell.out().split('\n');
          expect(offered.map((line) => line.trim())).toEqual([
            'drain',
            'server_1 server_2 server_3',
            'server_2',
            '--amount',
            'availability',
            '',
            'maint',
            '',
          ]);
          return true;
        },
        { what: 'the completions', deadlineMs: 120_000 },
      );
    },
    PATIENCE_MS,
  );

  it(
    'knows all experiments',
    async () => {
      const { EXPERIMENT_NAMES } = await import('../../../experiments/names.js');
      const { out } = await ran(['experiment', '--help'], env);
      expect([...out.matchAll(/^ {2}([a-z]+) {2,}/gm)].map(([, name]) => name).sort()).toEqual(
        [...EXPERIMENT_NAMES].sort(),
      );
    },
    PATIENCE_MS,
  );
});

describe('the target', () => {
  it(
    'is missing: exit code 5, and a document',
    async () => {
      const nothing = await ran(['payments', '--json'], { RELEVO_DATA: join(folder, 'nothing') });
      expect(nothing.code).toBe(5);
      expect(json(nothing.out)).toMatchObject({ error: { code: 'NOT_RUNNING', exitCode: 5 } });
    },
    PATIENCE_MS,
  );

  it(
    'on another machine is found by its address, and never receives the local tokens',
    async () => {
      const [patients] = system.patients;
      const [monitor] = system.monitors;
      const there = {
        ...env,
        RELEVO_URL: patients?.url ?? '',
        RELEVO_MONITOR_URL: monitor?.url ?? '',
      };
      const missing = await ran(['payments'], there);
      expect([missing.code, missing.err]).toEqual([
        1,
        expect.stringContaining('This needs the api token'),
      ]);
      expect(
        (await ran(['payments', '--limit', '1'], { ...there, RELEVO_TOKEN: system.tokens.api }))
          .code,
      ).toBe(0);
      expect((await ran(['leaders', '--limit', '1'], there)).out).toMatch(/^ *term/);
    },
    PATIENCE_MS,
  );

  it(
    'is found by npx from a folder below',
    async () => {
      expect(existsSync(join(ROOT, 'docs'))).toBe(true);
      const npx = runProgram(
        ['npx', 'relevo', 'status', '--json'],
        { ...env, npm_config_cache: join(folder, 'npm'), npm_config_update_notifier: 'false' },
        join(ROOT, 'docs'),
      );
      expect(await npx.ended).toBe(0);
      expect(json(npx.out())).toMatchObject({ running: true });
    },
    PATIENCE_MS,
  );
});
