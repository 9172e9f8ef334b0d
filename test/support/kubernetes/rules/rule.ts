/** A written rule for manifests, and the ways to apply one to every pod and container. */
import type { IContainer } from 'kubernetes-models/v1/Container';
import { eachContainer, findWorkloads, type Manifest, type Workload } from '../manifests.js';

/**
 * The rules are what kube-linter, kube-score and Polaris agree on: the checks that each enables by
 * default, with some checks of a single tool that Kubernetes itself makes only at run time. Left
 * out, because the tools contradict each other or a manifest cannot decide: pulling images always
 * (a digest cannot change), a user id above 10,000, a priority class, three instances of
 * everything, requests of ephemeral storage, secrets as files instead of variables, a label with
 * the name of the instance, TLS between a route and its pods.
 */
export interface Rule {
  /** Completes "The manifests …". */
  rule: string;
  /** The checks of the tools, by their names. */
  as: string;
  /** The problems; empty when all is well. Pure. */
  find: (manifests: readonly Manifest[]) => string[];
}

/** A rule for every container: the problem as text; null: none. */
export const forContainers =
  (judge: (container: IContainer, workload: Workload) => string | null): Rule['find'] =>
  (manifests) =>
    eachContainer(manifests).flatMap(({ title, container, workload }) => {
      const problem = judge(container, workload);
      return problem === null ? [] : [`${title} ${problem}`];
    });

/** A rule for every pod: the problem as text; null: none. */
export const forPods =
  (judge: (workload: Workload) => string | null): Rule['find'] =>
  (manifests) =>
    findWorkloads(manifests).flatMap((workload) => {
      const problem = judge(workload);
      return problem === null ? [] : [`${workload.title} ${problem}`];
    });
