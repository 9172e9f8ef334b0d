/** A change to the manifests that breaks a rule, and the ways to make one. */
import type { IContainer } from 'kubernetes-models/v1/Container';
import {
  getManifest,
  getWorkload,
  ofKind,
  type Manifest,
  type Spec,
} from '../../../support/kubernetes/manifests.js';
import type { Rendered } from '../../../support/kubernetes/render.js';

export interface Control {
  /** The text of the rule. */
  rule: string;
  /** The manifests to change. Default: `demo`. */
  of?: keyof Rendered;
  spoil: (manifests: Manifest[]) => void;
  /** The problem that must be found. */
  problem: RegExp;
}

/** The first container of a workload. */
export const container = (manifests: Manifest[], workload = 'server'): IContainer =>
  getWorkload(manifests, workload).pod.containers[0] as IContainer;
export const specOf = (manifests: Manifest[], kind: string, name: string): Spec =>
  getManifest(manifests, kind, name).spec as Spec;
export const remove = (manifests: Manifest[], kind: string, name?: string): void => {
  const gone = ofKind(manifests, kind).filter(
    ({ metadata }) => name === undefined || metadata.name === name,
  );
  for (const each of gone) manifests.splice(manifests.indexOf(each), 1);
};
