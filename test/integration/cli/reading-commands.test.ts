/**
 * The commands that read, against a real system: `--watch` on a pseudo-terminal, the doctor on a
 * system with a fault, completion in a real bash, and the choice of the system.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../../local/root.js';
import { eventually } from '../../support/eventually.js';
import { ran, ranHere, relevoHere, relevoOnTerminal, runProgram } from '../../support/relevo.js';
import { allUp, env, folder, json, PATIENCE_MS, system } from './commands-stage.js';

describe('--watch', () => {
  it(
    'on a terminal redraws in place, and restores the screen on Ctrl-C, with exit code 130',
    async () => {
      const watching = relevoOnTerminal(['status', '--watch'], env);
      await eventually(() => watching.out().includes(' leads in term '), {
        what: 'the view',
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
      const watching = relevoHere(['status', '--watch'], env);
      await eventually(() => watching.out().includes(' leads in term '), {
        what: 'the first line',
      });
      await ranHere(['handover', '--reason', 'to be seen'], env);
      const lines = (): string[] => watching.out().trim().split('\n');
      const terms = (): Set<string | undefined> =>
        new Set(lines().map((line) => /in term (\d+)/.exec(line)?.[1]));
      await eventually(() => terms().size >= 2, {
        what: 'a line of the next term',
      });
      watching.interrupt();
      expect(await watching.ended).toBe(130);
      expect(watching.out()).not.toContain('\x1b');
    },
    PATIENCE_MS,
  );

  it(
    'respects NO_COLOR on a terminal',
    async () => {
      const asked = relevoOnTerminal(['status'], { ...env, NO_COLOR: '1' });
      const coloured = relevoOnTerminal(['status'], { ...env, NO_COLOR: '' });
      expect([await asked.ended, await coloured.ended]).toEqual([0, 0]);
      expect(asked.out()).not.toContain('\x1b[');
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
      const report = json<Report>((await ranHere(['doctor', '--json'], env)).out);
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
        const { code, out } = await ranHere(['doctor'], env);
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
          const { out } = await ranHere(['doctor', '--json'], { ...env, ...tokens });
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
      const nothing = await ranHere(['payments', '--json'], {
        RELEVO_DATA: join(folder, 'nothing'),
      });
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
      const [missing, listed, leaders] = await Promise.all([
        ranHere(['payments'], there),
        ranHere(['payments', '--limit', '1'], { ...there, RELEVO_TOKEN: system.tokens.api }),
        ranHere(['leaders', '--limit', '1'], there),
      ]);
      expect([missing.code, missing.err]).toEqual([
        1,
        expect.stringContaining('This needs the api token'),
      ]);
      expect(listed.code).toBe(0);
      expect(leaders.out).toMatch(/^ *term/);
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
