/**
 * Generates the Prisma client when schema.prisma or Prisma's version has changed. Generating does
 * not use the schema engine, but requires a path to one. Any existing file satisfies that, so
 * nothing is downloaded.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, say, SetupError } from './run.mjs';

const QUIET = { CHECKPOINT_DISABLE: '1', PRISMA_HIDE_UPDATE_MESSAGE: '1' };

const read = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : '');

/** Identifies the schema and the version from which a client is generated. */
function fingerprint(root) {
  const { version } = JSON.parse(
    readFileSync(join(root, 'node_modules/prisma/package.json'), 'utf8'),
  );
  return createHash('sha256')
    .update(read(join(root, 'prisma/schema.prisma')))
    .update(version)
    .digest('hex');
}

const getStampPath = (root) => join(root, 'generated/stamp');

/** Whether the client exists and matches the schema. */
export const isGenerated = (root) =>
  existsSync(join(root, 'generated/prisma/client.ts')) &&
  read(getStampPath(root)) === fingerprint(root);

/** @throws SetupError with the end of Prisma's output. */
export async function generateClient(root) {
  if (isGenerated(root)) return;
  say('Generating the Prisma client …');
  const cli = join(root, 'node_modules/prisma/build/index.js');
  const args = [cli, 'generate', '--schema', join(root, 'prisma/schema.prisma')];
  const failure = await run('generating', process.execPath, args, {
    ...QUIET,
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
  });
  if (failure !== null)
    throw new SetupError(`The Prisma client could not be generated. Output of Prisma:\n${failure}`);
  writeFileSync(getStampPath(root), fingerprint(root));
}
