/**
 * Renders deploy/kubernetes with the kustomize inside kubectl, in a copy of the folder with secrets
 * of its own.
 */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { ROOT } from '../../../local/root.js';
import { toolPrograms } from '../tools.js';
import type { Manifest } from './manifests.js';

const run = promisify(execFile);
const OUTPUT_MAX_BYTES = 8_388_608;
/** The overlay that names the Gateway API as the alternative to its Ingress. */
const PRODUCTION = 'overlays/production/kustomization.yaml';

/** Kustomize breaks long Base64 into lines, which Kubernetes accepts and the schema does not. */
const withoutBreaks = (manifest: Manifest): Manifest =>
  manifest.kind === 'Secret' && manifest.data
    ? {
        ...manifest,
        data: Object.fromEntries(
          Object.entries(manifest.data).map(([key, value]) => [key, value.replace(/\s/g, '')]),
        ),
      }
    : manifest;

/** The documents of a stream. @throws Error for a document that is not YAML. */
const parseManifests = (text: string): Manifest[] =>
  parseAllDocuments(text).map((document) => {
    const [error] = document.errors;
    if (error) throw error;
    return withoutBreaks(document.toJS() as Manifest);
  });

/** Renders a folder with `kubectl kustomize`. @throws Error with the standard error of kubectl. */
async function kustomize(folder: string): Promise<string> {
  const [kubectl = ''] = toolPrograms('kubectl');
  const { stdout } = await run(kubectl, ['kustomize', folder], { maxBuffer: OUTPUT_MAX_BYTES });
  return stdout;
}

export interface Rendered {
  demo: Manifest[];
  production: Manifest[];
  /** The production overlay, with the Gateway API instead of the Ingress. */
  gatewayApi: Manifest[];
}

/** A copy of deploy/kubernetes in a temporary folder. @returns its path; the caller removes it. */
async function copyManifests(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'relevo-kubernetes-'));
  await cp(join(ROOT, 'deploy/kubernetes'), folder, {
    recursive: true,
    filter: (path) => !path.endsWith('/secrets'),
  });
  return folder;
}

/** Renders a folder below the copy. */
const renderFolder = async (copy: string, folder: string): Promise<Manifest[]> =>
  parseManifests(await kustomize(join(copy, folder)));

/** Writes another production overlay beside the first one, with the other component. */
async function writeGatewayOverlay(copy: string): Promise<void> {
  const folder = join(copy, 'overlays/gateway-api');
  await mkdir(folder);
  for (const name of ['namespace', 'postgres', 'network'])
    await cp(join(copy, `overlays/production/${name}.yaml`), join(folder, `${name}.yaml`));
  const text = await readFile(join(copy, PRODUCTION), 'utf8');
  const swapped = text
    .replace('  - ../../components/ingress', '  # - ../../components/ingress')
    .replace('  # - ../../components/gateway-api', '  - ../../components/gateway-api');
  await writeFile(join(folder, 'kustomization.yaml'), swapped);
}

/** Renders both overlays, and the production overlay with its other component. */
export async function renderAll(): Promise<Rendered> {
  const copy = await copyManifests();
  try {
    await run('sh', [join(copy, 'make-secrets.sh')]);
    await writeGatewayOverlay(copy);
    return {
      demo: await renderFolder(copy, 'overlays/demo'),
      production: await renderFolder(copy, 'overlays/production'),
      gatewayApi: await renderFolder(copy, 'overlays/gateway-api'),
    };
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}
