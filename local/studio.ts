/**
 * `npm run studio [-- --port N]`: Prisma Studio on DATABASE_URL. Default: the database of the
 * running system.
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { forgetPgVariables } from '../shared/postgres/connection-settings.js';
import { toPrimaryUrl } from '../shared/postgres/hosts/follow.js';
import { startHint } from './command-hint.js';
import { readLocalConfig } from './config.js';
import { runMain, StartError } from './errors.js';
import { readRunning } from './installation.js';
import { isPortFree } from './processes/ports.js';
import { parseProgramOptions, STUDIO_OPTIONS } from './program-options.js';
import { ROOT } from './root.js';

async function main(): Promise<number> {
  const { port } = parseProgramOptions('npm run studio', STUDIO_OPTIONS, process.argv.slice(2));
  const { dataDir, databaseUrl } = readLocalConfig(process.env);
  const url = databaseUrl ?? readRunning(dataDir)?.system?.databaseUrl;
  if (!url)
    throw new StartError(
      `Relevo is not running; \`${startHint('npm start', process.env)}\` starts it, or set DATABASE_URL.`,
      1,
    );
  if (!(await isPortFree(port)))
    throw new StartError(`Port ${port} is taken by another program; choose one with --port.`);
  forgetPgVariables();
  const cli = join(ROOT, 'node_modules/prisma/build/index.js');
  const studio = spawn(
    process.execPath,
    [cli, 'studio', '--browser', 'none', '--port', String(port)],
    {
      cwd: ROOT,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        ...process.env,
        DATABASE_URL: await toPrimaryUrl(url),
        CHECKPOINT_DISABLE: '1',
        PRISMA_HIDE_UPDATE_MESSAGE: '1',
      },
    },
  );
  process.stdout.write(`Prisma Studio: http://localhost:${port}   (Ctrl-C ends it)\n`);
  // The terminal sends the signal to Studio too; we end after Studio.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => studio.kill('SIGTERM'));
  return new Promise((resolve) => {
    studio.once('exit', (code, by) =>
      resolve(
        by === 'SIGINT' || by === 'SIGTERM' ? 0 : (code ?? 128 + (by ? constants.signals[by] : 0)),
      ),
    );
  });
}

runMain(main);
