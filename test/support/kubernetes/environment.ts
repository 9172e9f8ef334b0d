/** The environment that a container of the rendered manifests gets. */
import type { IContainer } from 'kubernetes-models/v1/Container';
import type { IEnvVar } from 'kubernetes-models/v1/EnvVar';
import { toProgram } from '../image-programs.js';
import { findWorkloads, type Manifest, type Workload } from './manifests.js';
import { findOutsideSecret } from './outside.js';

/** @throws Error for a key that no manifest has. */
function readKey(
  manifests: readonly Manifest[],
  kind: 'Secret' | 'ConfigMap',
  { name = '', key }: { name?: string; key: string },
): string {
  const found = manifests.find((each) => each.kind === kind && each.metadata.name === name);
  const outside = kind === 'Secret' ? findOutsideSecret(manifests, name) : null;
  const value = (found?.data ?? outside)?.[key];
  if (value === undefined) throw new Error(`The ${kind} ${name} has no ${key}`);
  return found && kind === 'Secret' ? Buffer.from(value, 'base64').toString() : value;
}

/** The pod of a workload, for the fields that a variable may take from it. */
interface Pod {
  name: string;
  /** `apps.kubernetes.io/pod-index`: only a StatefulSet has it. */
  number: string | null;
}

/** The pods of a workload, or one of them when their number is open. */
export function findPods({ kind, name, spec }: Workload): Pod[] {
  if (kind !== 'StatefulSet') return [{ name: `${name}-6bf9c7d5d-x2x7q`, number: null }];
  const start = spec.ordinals?.start ?? 0;
  return Array.from({ length: spec.replicas ?? 1 }, (_, index) => ({
    name: `${name}-${start + index}`,
    number: String(start + index),
  }));
}

function readField(path: string, pod: Pod): string {
  if (path === 'metadata.name') return pod.name;
  if (path === "metadata.labels['apps.kubernetes.io/pod-index']" && pod.number !== null)
    return pod.number;
  throw new Error(`A pod has no ${path}`);
}

function readVariable(
  manifests: readonly Manifest[],
  pod: Pod,
  { value, valueFrom }: IEnvVar,
): string {
  const { secretKeyRef, configMapKeyRef, fieldRef } = valueFrom ?? {};
  if (secretKeyRef) return readKey(manifests, 'Secret', secretKeyRef);
  if (configMapKeyRef) return readKey(manifests, 'ConfigMap', configMapKeyRef);
  return fieldRef ? readField(fieldRef.fieldPath, pod) : (value ?? '');
}

/**
 * The variables of a container. `$(NAME)` is replaced by a variable above it, as Kubernetes does.
 * Variables that only serve for that are left out.
 */
function toEnvironment(
  manifests: readonly Manifest[],
  container: IContainer,
  pod: Pod,
): Record<string, string> {
  const all: Record<string, string> = {};
  const used = new Set<string>();
  for (const variable of container.env ?? []) {
    all[variable.name] = readVariable(manifests, pod, variable).replace(
      /\$\((\w+)\)/g,
      (text, name: string) => {
        used.add(name);
        return all[name] ?? text;
      },
    );
  }
  return Object.fromEntries(Object.entries(all).filter(([name]) => !used.has(name)));
}

export interface Running {
  /** `server-1, container payments`, for messages. */
  title: string;
  workload: Workload;
  container: IContainer;
  /** The program of the image, such as `payments/main.ts`. */
  program: string;
  env: Record<string, string>;
}

/** Every process of our image, one per pod and container. */
export const findRunning = (manifests: readonly Manifest[]): Running[] =>
  findWorkloads(manifests).flatMap((workload) =>
    findPods(workload).flatMap((pod) =>
      [...(workload.pod.initContainers ?? []), ...workload.pod.containers].flatMap((container) => {
        const program = toProgram(container.command);
        const title = `${pod.name}, container ${container.name}`;
        const env = program === null ? {} : toEnvironment(manifests, container, pod);
        return program === null ? [] : [{ title, workload, container, program, env }];
      }),
    ),
  );
