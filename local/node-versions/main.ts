/**
 * `npm run test:node [-- VERSION …]`: checks Relevo on every supported version of Node.js, or on
 * the given ones, and prints a table. Exits with 1 when a check fails. Ctrl-C stops the running
 * check, its system included.
 */
import { execFileSync } from 'node:child_process';
import { runMain, StartError } from '../errors.js';
import { checkNode } from './checks.js';
import { installNode } from './install.js';
import { hasPassed, resultTable, selectVersions, VERSIONS, type Row } from './versions.js';

const INTERRUPTED = 130;

function untilSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(name, () => controller.abort());
  return controller.signal;
}

async function checkVersion(version: string, signal: AbortSignal): Promise<Row> {
  process.stderr.write(`Node.js ${version}: installing …\n`);
  const program = await installNode(version, signal);
  const release = execFileSync(program, ['--version'], { encoding: 'utf8' }).trim();
  process.stderr.write(`Node.js ${release}:\n`);
  return { release, results: await checkNode(version, program, signal) };
}

async function main(): Promise<number> {
  const selected = selectVersions(process.argv.slice(2));
  if ('unknown' in selected)
    throw new StartError(
      `"${selected.unknown}" is none of the supported versions: ${VERSIONS.join(', ')}.`,
      4,
    );
  const signal = untilSignal();
  const rows: Row[] = [];
  for (const version of selected.versions) {
    const row = await checkVersion(version, signal).catch((error: unknown) => {
      if (signal.aborted) return null;
      throw error;
    });
    if (signal.aborted || row === null) return INTERRUPTED;
    rows.push(row);
  }
  process.stdout.write(`\n${resultTable(rows)}\n`);
  return rows.every(hasPassed) ? 0 : 1;
}

runMain(main);
