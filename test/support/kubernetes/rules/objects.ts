/** Rules for every object: namespace, name, labels, version, and the contents of ConfigMaps. */
import { ofKind, type Manifest } from '../manifests.js';
import type { Rule } from './rule.js';

/** A name that DNS accepts as one label. */
const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
/** A value of a label, as the API server accepts it. */
const LABEL_VALUE = /^([A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?)?$/;
/** A version that no later Kubernetes removes: `v1`, not `v1beta1`. */
const STABLE = /^(?:[a-z0-9.-]+\/)?v\d+$/;

/** A key for which a ConfigMap, which anyone in the namespace may read, is the wrong place. */
const SECRET_KEY = /password|token|secret|bearer|credential|_key$/i;
/** A value that is a key, or an address with a password. */
const SECRET_VALUE = /PRIVATE KEY|:\/\/[^/]*:[^/]*@/;

const toTitle = ({ kind, metadata: { name } }: Manifest): string => `${kind} ${name}`;

const findLabels = ({ metadata, spec }: Manifest): string[] =>
  Object.values({ ...metadata.labels, ...spec?.template?.metadata?.labels });

export const OBJECT_RULES: readonly Rule[] = [
  {
    rule: 'are in a namespace, with names that DNS accepts',
    as: 'kube-linter use-namespace, the API server',
    find: (manifests) =>
      manifests.flatMap((manifest) => [
        ...(DNS_LABEL.test(manifest.metadata.name)
          ? []
          : [`${toTitle(manifest)} has a name that DNS refuses`]),
        ...(manifest.kind === 'Namespace' || manifest.metadata.namespace
          ? []
          : [`${toTitle(manifest)} is in no namespace`]),
      ]),
  },
  {
    rule: 'have labels that the API server accepts',
    as: 'kube-score label-values',
    find: (manifests) =>
      manifests.flatMap((manifest) =>
        findLabels(manifest)
          .filter((value) => !LABEL_VALUE.test(value))
          .map((value) => `${toTitle(manifest)} has the label ${value}`),
      ),
  },
  {
    rule: 'use versions of the API that are stable',
    as: 'kube-linter no-extensions-v1beta, kube-score stable-version',
    find: (manifests) =>
      manifests
        .filter(({ apiVersion }) => !STABLE.test(apiVersion))
        .map((manifest) => `${toTitle(manifest)} is of the version ${manifest.apiVersion}`),
  },
  {
    rule: 'hold no secret in a ConfigMap',
    as: 'Polaris sensitiveConfigmapContent, kube-linter configmap-with-credentials',
    find: (manifests) =>
      ofKind(manifests, 'ConfigMap').flatMap((manifest) =>
        Object.entries(manifest.data ?? {})
          .filter(([key, value]) => SECRET_KEY.test(key) || SECRET_VALUE.test(value))
          .map(([key]) => `${toTitle(manifest)} holds ${key}`),
      ),
  },
];
