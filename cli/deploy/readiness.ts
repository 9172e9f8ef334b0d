/** Judges from the answer of `kubectl get` whether the workloads of a namespace are ready. Pure. */

interface ContainerStatus {
  name: string;
  restartCount?: number;
  state?: { waiting?: { reason?: string; message?: string } };
}

/** The fields that are read, of pods, StatefulSets, Deployments and Jobs alike. */
export interface Item {
  kind: string;
  metadata: { name: string };
  spec?: { replicas?: number };
  status?: {
    phase?: string;
    readyReplicas?: number;
    updatedReplicas?: number;
    failed?: number;
    conditions?: { type: string; status: string; reason?: string; message?: string }[];
    initContainerStatuses?: ContainerStatus[];
    containerStatuses?: ContainerStatus[];
  };
}

export interface Readiness {
  /** Workloads that are not ready yet, with their numbers. Empty: all are ready. */
  waitingFor: string[];
  /** The reason why waiting is useless; null: none. `mayPass`: only when it lasts. */
  failure: { code: string; message: string; mayPass: boolean } | null;
}

/** Reasons of a missing image, and whether a later pull may succeed: a registry may be busy. */
const IMAGE_REASONS: Readonly<Record<string, boolean>> = {
  ErrImagePull: true,
  ImagePullBackOff: true,
  ErrImageNeverPull: false,
  InvalidImageName: false,
};
/** Restarts of one container after which the check gives up. */
const RESTARTS_MAX = 5;

const containersOf = ({ status }: Item): ContainerStatus[] => [
  ...(status?.initContainerStatuses ?? []),
  ...(status?.containerStatuses ?? []),
];

function findFailure(items: readonly Item[]): Readiness['failure'] {
  for (const item of items) {
    const { kind, metadata, status } = item;
    for (const { name, restartCount = 0, state } of containersOf(item)) {
      const { reason = '', message = '' } = state?.waiting ?? {};
      const mayPass = IMAGE_REASONS[reason];
      if (mayPass !== undefined)
        return {
          code: 'IMAGE_UNAVAILABLE',
          message: `${metadata.name}: ${reason}: ${message}`,
          mayPass,
        };
      if (restartCount >= RESTARTS_MAX)
        return {
          code: 'NOT_STARTED',
          message: `${metadata.name}: ${name} ended ${restartCount} times`,
          mayPass: false,
        };
    }
    const failed = status?.conditions?.find(
      ({ type, status: is }) => type === 'Failed' && is === 'True',
    );
    if (kind === 'Job' && failed)
      return {
        code: 'NOT_STARTED',
        message: `Job ${metadata.name} failed: ${failed.message ?? ''}`,
        mayPass: false,
      };
  }
  return null;
}

const WORKLOADS = ['StatefulSet', 'Deployment'];

/** @param items of `kubectl get pods,statefulsets,deployments,jobs -o json`. */
export function judgeReadiness(items: readonly Item[]): Readiness {
  const waitingFor = items
    .filter(({ kind }) => WORKLOADS.includes(kind))
    .map(({ metadata, spec, status }) => ({
      name: metadata.name,
      wanted: spec?.replicas ?? 1,
      ready: status?.readyReplicas ?? 0,
    }))
    .filter(({ ready, wanted }) => ready < wanted)
    .map(({ name, ready, wanted }) => `${name} ${ready}/${wanted}`);
  return { waitingFor, failure: findFailure(items) };
}

/** The pods that are not ready, each with its reason, for the message of a failure. */
export const describePods = (items: readonly Item[]): string[] =>
  items
    .filter(({ kind, status }) => kind === 'Pod' && status?.phase !== 'Succeeded')
    .filter(
      ({ status }) =>
        !status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
    )
    .map((item) => {
      const reasons = containersOf(item).flatMap(({ name, state }) =>
        state?.waiting?.reason ? [`${name}: ${state.waiting.reason}`] : [],
      );
      const pending = item.status?.conditions?.find(
        ({ type, status: is }) => type === 'PodScheduled' && is === 'False',
      );
      return `${item.metadata.name}: ${[item.status?.phase, pending?.message, ...reasons].filter(Boolean).join(', ')}`;
    });
