/**
 * Renders the demo overlay for the namespace of a check, with secrets of its own, and refuses to
 * apply anything outside of that namespace.
 */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { ROOT } from '../../local/root.js';
import { EXIT } from '../exit-codes.js';
import { CommandFailure } from '../failure.js';
import type { Kubectl } from './kubectl.js';

const run = promisify(execFile);
/** The first version of kustomize with everything that the manifests use. */
const OLDEST_KUSTOMIZE = 5;

export interface DemoManifest {
  kind: string;
  metadata: { name: string; namespace?: string };
  data?: Record<string, string>;
}

/** @throws CommandFailure KUBECTL_TOO_OLD */
export async function requireKustomize(kubectl: Kubectl): Promise<void> {
  const text = await kubectl.run(['version', '--client', '-o', 'json']);
  const { kustomizeVersion = 'none' } = JSON.parse(text) as { kustomizeVersion?: string };
  const major = Number(/^v(\d+)\./.exec(kustomizeVersion)?.[1] ?? 0);
  if (major >= OLDEST_KUSTOMIZE) return;
  throw new CommandFailure(
    'KUBECTL_TOO_OLD',
    `This kubectl has kustomize ${kustomizeVersion}; the manifests need version ${OLDEST_KUSTOMIZE}.`,
    EXIT.setup,
    'Install kubectl 1.27 or newer.',
  );
}

/** `registry:5000/relevo:2` as kustomize wants it: name and tag, or name and digest. */
function toImage(image: string): object {
  const [, newName = image, , newTag, digest] =
    /^(.+?)(:([\w][\w.-]*))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(image) ?? [];
  return { name: 'relevo', newName, ...(digest ? { digest } : { newTag: newTag ?? 'latest' }) };
}

/** The kustomization of a check, above the demo overlay. Pure. */
const toKustomization = (namespace: string, image: string | null): string =>
  JSON.stringify({
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    namespace,
    resources: ['../overlays/demo'],
    ...(image === null ? {} : { images: [toImage(image)] }),
  });

/**
 * The manifests without the namespace itself, which the check creates. Pure.
 * @throws Error when one of them belongs to another namespace or to none.
 */
export function keepInside(manifests: readonly DemoManifest[], namespace: string): DemoManifest[] {
  const inside = manifests.filter(({ kind }) => kind !== 'Namespace');
  const stray = inside.find(({ metadata }) => metadata.namespace !== namespace);
  if (stray)
    throw new Error(`${stray.kind} ${stray.metadata.name} is not in the namespace ${namespace}`);
  return inside;
}

/** @param image other name of our image; null: as in the demo overlay. */
export async function renderDemo(
  kubectl: Kubectl,
  namespace: string,
  image: string | null,
): Promise<DemoManifest[]> {
  const folder = await mkdtemp(join(tmpdir(), 'relevo-check-'));
  try {
    await cp(join(ROOT, 'deploy/kubernetes'), folder, {
      recursive: true,
      // The secrets of another installation stay where they are.
      filter: (path) => !path.endsWith('/secrets'),
    });
    await run('sh', [join(folder, 'make-secrets.sh')]);
    await mkdir(join(folder, 'check'));
    await writeFile(join(folder, 'check/kustomization.yaml'), toKustomization(namespace, image));
    const text = await kubectl.run(['kustomize', join(folder, 'check')]);
    return keepInside(
      parseAllDocuments(text).map((document) => document.toJS() as DemoManifest),
      namespace,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A token of the rendered Secret. */
export function readToken(manifests: readonly DemoManifest[], name: string): string {
  const secret = manifests.find(({ kind, data }) => kind === 'Secret' && data && name in data);
  return Buffer.from(secret?.data?.[name] ?? '', 'base64').toString();
}
