/**
 * The experiment sessions on real balancers and real kills: with a cookie and Redis no flow is
 * lost, with sessions in memory some are (the control), no bill is paid twice, and no process is
 * left.
 */
import { expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExperimentResult } from '../../../experiments/record/result.js';
import type { SessionsFigures } from '../../../experiments/sessions/figures.js';
import { eventually } from '../../support/eventually.js';
import { experimentWorkplace } from '../../support/experiment-run.js';
import { describeWith } from '../../support/tools.js';
import { PATIENT, TEST_MS } from '../patience.js';

const workplace = experimentWorkplace();
const { run, leftovers, frozen } = workplace;

/** Characters of the output in the message of a failure. */
const SHOWN = 4_000;

function readReport(): { files: string[]; figures: SessionsFigures } {
  const reports = join(workplace.folder, 'reports');
  const [name = ''] = readdirSync(reports).filter((entry) => entry.startsWith('sessions-'));
  const text = readFileSync(join(reports, name, 'sessions.json'), 'utf8');
  return { files: readdirSync(join(reports, name)), figures: JSON.parse(text) as SessionsFigures };
}

describeWith('balancers', 'npm run experiment -- sessions', () => {
  test(
    'cookie and Redis lose no flow, memory loses sessions, nothing is paid twice or left',
    async () => {
      Object.assign(process.env, PATIENT);
      const { ended, output } = run('sessions', '--quick', '--json', 'result.json');
      const code = await ended;
      expect({ code, output: output().slice(-SHOWN) }).toEqual({
        code: 0,
        output: expect.any(String),
      });
      const result = JSON.parse(
        readFileSync(join(workplace.folder, 'result.json'), 'utf8'),
      ) as ExperimentResult;
      expect(result.objectives).toHaveLength(3 * 2 + 2);
      const { files, figures } = readReport();
      expect(files).toEqual(expect.arrayContaining(['report.html', 'summary.md', 'sessions.json']));
      expect(figures.cells).toHaveLength(12);
      const killed = figures.cells.filter(({ fault }) => fault === 'kill');
      const countLost = (store: string): number =>
        killed
          .filter((cell) => cell.store === store)
          .reduce((sum, { lostSessions }) => sum + lostSessions, 0);
      expect(countLost('redis')).toBe(0);
      // The control: the sessions of a killed instance are lost, and the experiment notices it.
      expect(countLost('memory')).toBeGreaterThan(0);
      // The fault happened while flows were under way.
      for (const { events, stories } of killed)
        expect(events[0]?.atMs).toBeGreaterThan(stories[0]?.startMs ?? Infinity);
      expect(leftovers()).toEqual([]);
    },
    TEST_MS,
  );

  test(
    'Ctrl-C while an instance is frozen: exit code 130, nothing left',
    async () => {
      // Two systems at once.
      const { child, ended } = run('sessions', '--faults', 'freeze', '--stores', 'redis');
      await eventually(() => frozen().length > 0, {
        what: 'an instance is frozen',
        deadlineMs: TEST_MS / 2,
      });
      child.kill('SIGINT');
      expect(await ended).toBe(130);
      expect(leftovers()).toEqual([]);
    },
    TEST_MS,
  );
});
