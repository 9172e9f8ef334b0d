/**
 * The naive peer's Prisma client. It is generated from its own small schema and compiled when the
 * schema or Prisma's version has changed (some seconds, once). The worker then imports it from a
 * file, because TypeScript cannot know a client that may not exist yet.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { PrismaPg } from '@prisma/adapter-pg';
import { compile } from '../../../local/processes/compile.js';
import { ROOT } from '../../../local/root.js';

/** The part of the generated client that the peer uses. */
export interface PrismaPaymentClient {
  payment: { create(args: { data: NewPaymentRow }): Promise<unknown> };
  $connect(): Promise<void>;
  $disconnect(): Promise<void>;
}

interface NewPaymentRow {
  id: string;
  patientId: string;
  amountMinor: bigint;
  currency: string;
  status: string;
}

const SCHEMA = join(ROOT, 'experiments/bench/peers/prisma/schema.prisma');
const STAMP = join(ROOT, 'generated/bench-prisma.stamp');
/**
 * Prisma requires an engine that generation does not use; any existing file is accepted, so nothing
 * is downloaded.
 */
const QUIET = {
  CHECKPOINT_DISABLE: '1',
  PRISMA_HIDE_UPDATE_MESSAGE: '1',
  PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
};

interface Stamp {
  fingerprint: string;
  /** The compiled client, relative to the project's folder. */
  file: string;
}

function fingerprint(): string {
  const { version } = JSON.parse(
    readFileSync(join(ROOT, 'node_modules/prisma/package.json'), 'utf8'),
  ) as { version: string };
  return createHash('sha256').update(readFileSync(SCHEMA)).update(version).digest('hex');
}

function readStamp(): Stamp | null {
  if (!existsSync(STAMP)) return null;
  const stamp = JSON.parse(readFileSync(STAMP, 'utf8')) as Stamp;
  return stamp.fingerprint === fingerprint() && existsSync(join(ROOT, stamp.file)) ? stamp : null;
}

/**
 * Generates the client when it is missing or its schema has changed. @throws Error with Prisma's
 * last output.
 */
export async function ensurePrismaClient(): Promise<void> {
  if (readStamp()) return;
  const generate = [
    join(ROOT, 'node_modules/prisma/build/index.js'),
    'generate',
    '--schema',
    SCHEMA,
  ];
  await promisify(execFile)(process.execPath, generate, {
    cwd: ROOT,
    env: { ...process.env, ...QUIET },
  });
  const file = await compile('generated/bench-prisma/client.ts');
  const stamp: Stamp = { fingerprint: fingerprint(), file };
  writeFileSync(`${STAMP}.${process.pid}`, JSON.stringify(stamp));
  renameSync(`${STAMP}.${process.pid}`, STAMP);
}

/** @param max largest number of connections. */
export async function openPrismaClient(
  databaseUrl: string,
  max: number,
): Promise<PrismaPaymentClient> {
  const stamp = readStamp();
  if (!stamp) throw new Error('The Prisma client of the bench is missing: prepare the peer first');
  const { PrismaClient } = (await import(pathToFileURL(join(ROOT, stamp.file)).href)) as {
    PrismaClient: new (options: { adapter: PrismaPg }) => PrismaPaymentClient;
  };
  return new PrismaClient({ adapter: new PrismaPg({ connectionString: databaseUrl, max }) });
}
