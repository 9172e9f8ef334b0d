/** Controls of the rules for the names that a pod has of other objects. */
import { ofKind } from '../../../support/kubernetes/manifests.js';
import { container, specOf, remove, type Control } from './control.js';

export const REFERENCE_CONTROLS: readonly Control[] = [
  {
    rule: 'use only Secrets, ConfigMaps and claims that exist, and keys that they have',
    spoil: (all) => remove(all, 'Secret', ofKind(all, 'Secret')[0]!.metadata.name),
    problem: /uses the Secret postgres-app-\w+, which does not exist/,
  },
  {
    rule: 'use only Secrets, ConfigMaps and claims that exist, and keys that they have',
    spoil: (all) => delete ofKind(all, 'ConfigMap')[0]!.data?.['LOG_LEVEL'],
    problem: /uses LOG_LEVEL of the ConfigMap settings-\w+, which lacks it/,
  },
  {
    rule: 'use only Secrets, ConfigMaps and claims that exist, and keys that they have',
    of: 'production',
    spoil: (all) =>
      (container(all).env!.find(({ name }) => name === 'REDIS_URL')!.valueFrom!.secretKeyRef!.name =
        'rdis'),
    problem: /uses the Secret rdis, which does not exist/,
  },
  {
    rule: 'mount only volumes that exist',
    spoil: (all) => (container(all).volumeMounts![0]!.name = 'tpm'),
    problem: /StatefulSet server mounts tpm, which does not exist/,
  },
  {
    rule: 'select the pods of their own template',
    spoil: (all) => (specOf(all, 'Deployment', 'patients').selector = { matchLabels: { a: 'b' } }),
    problem: /Deployment patients does not select its own pods/,
  },
  {
    rule: 'name the Service of a StatefulSet, which has no address of its own',
    spoil: (all) => (specOf(all, 'Service', 'server').clusterIP = '10.0.0.7'),
    problem: /StatefulSet server has no Service for its pods/,
  },
  {
    rule: 'use only Secrets, ConfigMaps and claims that exist, and keys that they have',
    of: 'production',
    spoil: (all) =>
      (container(all).env!.find(({ name }) => name === 'REDIS_URL')!.valueFrom!.secretKeyRef!.key =
        'uri'),
    problem: /uses uri of the Secret redis, which lacks it/,
  },
];
