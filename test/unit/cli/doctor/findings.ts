/** Shared by the tests of the doctor's checks: a data folder per test, and views of findings. */
import { afterEach, beforeEach } from '@jest/globals';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Finding, Level, Surroundings } from '../../../../cli/doctor/finding.js';
import { readLocalConfig } from '../../../../local/config.js';

export const toLevels = (findings: readonly Finding[]): Level[] =>
  findings.map(({ level }) => level);

/** The first finding that is not ok. */
export const findBad = (findings: readonly Finding[]): Finding | undefined =>
  findings.find(({ level }) => level !== 'ok');

interface DataFolder {
  /** Of the current test. */
  getFolder: () => string;
  /** @param env options beside the data folder. */
  around: (env?: Record<string, string>) => Surroundings;
}

/** Makes an empty data folder before each test and removes it after the test. */
export function useDataFolder(): DataFolder {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'relevo-doctor-'));
  });
  afterEach(() => {
    chmodSync(folder, 0o700);
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    getFolder: () => folder,
    around: (more = {}) => {
      const env = { RELEVO_DATA: folder, ...more };
      return { env, config: readLocalConfig(env), running: null };
    },
  };
}
