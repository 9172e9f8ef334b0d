/** The shapes of rendered manifests, as far as the rules read them, and queries on them. */
import type { IContainer } from 'kubernetes-models/v1/Container';
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec';
import type { IPodTemplateSpec } from 'kubernetes-models/v1/PodTemplateSpec';

export type Labels = Record<string, string>;

export interface Selector {
  matchLabels?: Labels;
}

/** The fields that differ by kind; each kind has only some of them. */
export interface Spec {
  replicas?: number;
  serviceName?: string;
  ordinals?: { start?: number };
  template?: IPodTemplateSpec;
  selector?: Selector | Labels;
  /** Of a Deployment. */
  strategy?: { type?: string; rollingUpdate?: { maxUnavailable?: number | string } };
  /** Of a StatefulSet. */
  updateStrategy?: { type?: string };
  clusterIP?: string;
  type?: string;
  ports?: { name?: string; port: number; targetPort?: string | number }[];
  maxUnavailable?: number | string;
  unhealthyPodEvictionPolicy?: string;
  minReplicas?: number;
  maxReplicas?: number;
  scaleTargetRef?: { kind: string; name: string };
  ttlSecondsAfterFinished?: number;
  podSelector?: Selector;
  policyTypes?: string[];
  ingress?: { from?: Peer[]; ports?: { port?: number | string }[] }[];
  egress?: { to?: Peer[]; ports?: { port?: number | string }[] }[];
  tls?: { hosts?: string[]; secretName?: string }[];
  rules?: RouteRule[];
  hostnames?: string[];
  parentRefs?: { name: string; sectionName?: string }[];
  listeners?: Listener[];
  volumeClaimTemplates?: { metadata: { name: string } }[];
  imageName?: string;
  postgresql?: { parameters?: Record<string, string> };
}

export interface Peer {
  podSelector?: Selector;
  namespaceSelector?: Selector;
  ipBlock?: { cidr: string };
}

interface Listener {
  name: string;
  protocol: string;
  tls?: { certificateRefs?: { name: string }[] };
  allowedRoutes?: { namespaces?: { from?: string } };
}

interface RouteRule {
  /** Of an Ingress. */
  host?: string;
  http?: {
    paths: { backend: { service?: { name: string; port?: { name?: string; number?: number } } } }[];
  };
  /** Of an HTTPRoute. */
  backendRefs?: { name: string; port?: number }[];
}

export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Labels };
  spec?: Spec;
  type?: string;
  data?: Record<string, string>;
}

export interface Workload {
  /** `StatefulSet server`, for messages. */
  title: string;
  kind: string;
  name: string;
  labels: Labels;
  spec: Spec;
  pod: IPodSpec;
}

export const ofKind = (manifests: readonly Manifest[], kind: string): Manifest[] =>
  manifests.filter((manifest) => manifest.kind === kind);

/** @throws Error when there is none. */
export function getManifest(manifests: readonly Manifest[], kind: string, name: string): Manifest {
  const found = manifests.find((each) => each.kind === kind && each.metadata.name === name);
  if (!found) throw new Error(`There is no ${kind} ${name}`);
  return found;
}

/** Everything that runs pods. */
export const findWorkloads = (manifests: readonly Manifest[]): Workload[] =>
  manifests.flatMap(({ kind, metadata: { name }, spec }): Workload[] => {
    const template = spec?.template;
    if (!spec || !template?.spec) return [];
    const labels: Labels = template.metadata?.labels ?? {};
    return [{ title: `${kind} ${name}`, kind, name, labels, spec, pod: template.spec }];
  });

/** @throws Error when there is none. */
export function getWorkload(manifests: readonly Manifest[], name: string): Workload {
  const found = findWorkloads(manifests).find((workload) => workload.name === name);
  if (!found) throw new Error(`There is no workload ${name}`);
  return found;
}

/** The containers of a pod, those that run first included. */
export const allContainers = ({ pod }: Pick<Workload, 'pod'>): IContainer[] => [
  ...(pod.initContainers ?? []),
  ...pod.containers,
];

/** Whether labels satisfy a selector; an empty selector matches everything. */
export const matches = (selector: Selector | undefined, labels: Labels): boolean =>
  Object.entries(selector?.matchLabels ?? {}).every(([key, value]) => labels[key] === value);

/** Workloads of long-running processes: everything but Jobs. */
export const findServices = (manifests: readonly Manifest[]): Workload[] =>
  findWorkloads(manifests).filter(({ kind }) => kind !== 'Job');

/** The containers of all workloads with a title for messages. */
export const eachContainer = (
  manifests: readonly Manifest[],
): { title: string; container: IContainer; workload: Workload }[] =>
  findWorkloads(manifests).flatMap((workload) =>
    allContainers(workload).map((container) => ({
      title: `${workload.title}, container ${container.name}`,
      container,
      workload,
    })),
  );
