/**
 * The namespace of one check. It is created, never adopted, and deleted only with the id that the
 * API server gave it: another namespace with the same name survives.
 */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { pollUntil } from '../../shared/wait-until.js';
import { CommandFailure } from '../failure.js';
import type { Kubectl } from './kubectl.js';

export interface OwnNamespace {
  name: string;
  uid: string;
}

const namespaceAnswer = z.object({ metadata: z.object({ uid: z.string().min(1) }) });

const POLL_MS = 1_000;
/** Kubernetes deletes the contents first; a volume may take some time. */
const DELETION_MS = 180_000;

export const createName = (): string => `relevo-check-${randomBytes(4).toString('hex')}`;

const toManifest = (name: string): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name,
      labels: {
        'app.kubernetes.io/managed-by': 'relevo-deploy-check',
        'pod-security.kubernetes.io/enforce': 'restricted',
      },
    },
  });

const NAMESPACES = '/api/v1/namespaces';

/** @throws CommandFailure NAMESPACE_EXISTS, NOT_PERMITTED and the others of kubectl. */
export async function createNamespace(kubectl: Kubectl, name: string): Promise<OwnNamespace> {
  // Not aborted: an interruption must not lose the id of a namespace that was created.
  const text = await kubectl.run(['create', '--raw', NAMESPACES, '-f', '-'], {
    input: toManifest(name),
  });
  return { name, uid: namespaceAnswer.parse(JSON.parse(text)).metadata.uid };
}

const isGone = (error: unknown): boolean =>
  error instanceof CommandFailure && error.code === 'NOT_FOUND';

/** The id of the namespace with this name; null: there is none. */
async function readUid(kubectl: Kubectl, name: string): Promise<string | null> {
  try {
    const text = await kubectl.run(['get', '--raw', `${NAMESPACES}/${name}`]);
    return namespaceAnswer.parse(JSON.parse(text)).metadata.uid;
  } catch (error) {
    if (isGone(error)) return null;
    throw error;
  }
}

/**
 * Deletes the namespace with everything in it and waits until it is gone.
 * @returns false when that takes too long; Kubernetes continues.
 */
export async function deleteNamespace(
  kubectl: Kubectl,
  { name, uid }: OwnNamespace,
): Promise<boolean> {
  // The API server itself compares the id, and refuses to delete another namespace of this name.
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid } });
  try {
    await kubectl.run(['delete', '--raw', `${NAMESPACES}/${name}`, '-f', '-'], { input });
  } catch (error) {
    if (isGone(error) || (await readUid(kubectl, name)) !== uid) return true;
    throw error;
  }
  return pollUntil(async () => (await readUid(kubectl, name)) !== uid, {
    deadlineMs: DELETION_MS,
    pollMs: POLL_MS,
  });
}
