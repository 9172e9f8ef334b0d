/**
 * Writes the files of a run to `reports/NAME-TIME-seedN/`. Each file is a function of the journal;
 * long ones are streamed.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeHistory } from '../record/history-file.js';
import { REPORTS, type RunRecord } from '../record/run-record.js';
import type { ExperimentResult } from '../record/result.js';
import { trialsCsv } from './csv.js';
import { writeRequests } from './requests-file.js';
import { junitXml } from './junit.js';
import { toStoredRecord } from './stored-record.js';
import { reportPage } from './page/page.js';
import { summaryMarkdown } from './summary.js';

/** The measured commit, with `+` when the tree had changes; `unknown` outside of a checkout. */
export function currentCommit(): string {
  try {
    const git = (...args: string[]): string =>
      execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    return `${git('rev-parse', '--short=12', 'HEAD')}${git('status', '--porcelain') === '' ? '' : '+'}`;
  } catch {
    return 'unknown';
  }
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** The folder of a run. */
export function folderOf({
  name,
  seed,
  startedAt,
}: Pick<ExperimentResult, 'name' | 'seed' | 'startedAt'>): string {
  const time = startedAt.replace(/[-:]/g, '').replace(/\..*/, '');
  return join(REPORTS, `${name}-${time}-seed${seed}`);
}

/**
 * Two runs with the same name and seed may begin in the same second: the later one gets a folder of
 * its own. @param make makes the part that only one run may have in a folder; throws `EEXIST` when
 * another run has made it.
 */
function claim(wanted: string, make: (folder: string) => void): string {
  for (let number = 1; ; number += 1) {
    const folder = number === 1 ? wanted : `${wanted}-${number}`;
    mkdirSync(folder, { recursive: true });
    try {
      make(folder);
      return folder;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/** Writes the first file of a run into its folder. @returns the folder. */
export const claimFolder = (wanted: string, file: string, text: string): string =>
  claim(wanted, (folder) => writeFileSync(join(folder, file), text, { flag: 'wx' }));

/** Makes a folder inside the folder of a run, before the run. @returns the folder of the run. */
export const claimSubfolder = (wanted: string, name: string): string =>
  claim(wanted, (folder) => mkdirSync(join(folder, name)));

/** @returns the folder. @param jsonFile path of an additional copy of result.json, or null. */
export async function writeReport(journal: RunRecord, jsonFile: string | null): Promise<string> {
  const { plan, own, folder: wanted } = journal;
  const result = own ? { ...journal.result, systems: own.systems } : journal.result;
  // The evidence first: an error in a page must not lose it.
  const folder = claimFolder(wanted ?? folderOf(result), 'result.json', json(result));
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  if (jsonFile !== null) writeFileSync(jsonFile, json(result));
  if (plan !== null) write('plan.json', json(plan));
  write('journal.json', `${JSON.stringify(toStoredRecord(journal))}\n`);
  write('junit.xml', junitXml(journal));
  Object.entries({ ...journal.files, ...own?.files }).forEach(([name, text]) => write(name, text));
  if (!own) await writeUsual(folder, journal);
  return folder;
}

/** The files about requests. */
async function writeUsual(folder: string, journal: RunRecord): Promise<void> {
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  write('trials.csv', trialsCsv(journal.result));
  await writeHistory(join(folder, 'history.ndjson'), journal);
  await writeRequests(join(folder, 'requests.csv'), journal);
  write('summary.md', summaryMarkdown(journal));
  write('report.html', reportPage(journal));
}
