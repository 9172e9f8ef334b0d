/** A written rule for manifests. */
import type { Manifest } from './manifests.js';

/**
 * The rules are what kube-linter, kube-score and Polaris agree on, with some checks of a single
 * tool that Kubernetes itself makes only at run time. Left out, because the tools contradict each
 * other: pulling images always, a user id above 10,000, a priority class, three instances of
 * everything, requests of ephemeral storage, secrets as files instead of variables.
 */
export interface Rule {
  /** Completes "The manifests …". */
  rule: string;
  /** The checks of the tools, by their names. */
  as: string;
  /** The problems; empty when all is well. Pure. */
  find: (manifests: readonly Manifest[]) => string[];
}
