/** Controls of the rules for every object. */
import { getManifest, getWorkload, ofKind } from '../../../support/kubernetes/manifests.js';
import type { Control } from './control.js';

export const OBJECT_CONTROLS: readonly Control[] = [
  {
    rule: 'are in a namespace, with names that DNS accepts',
    spoil: (all) => (getManifest(all, 'StatefulSet', 'server').metadata.name = 'server_1'),
    problem: /StatefulSet server_1 has a name that DNS refuses/,
  },
  {
    rule: 'are in a namespace, with names that DNS accepts',
    spoil: (all) => delete getManifest(all, 'Service', 'redis').metadata.namespace,
    problem: /Service redis is in no namespace/,
  },
  {
    rule: 'have labels that the API server accepts',
    spoil: (all) => (getWorkload(all, 'server').labels['relevo/uses-redis'] = 'yes, it does'),
    problem: /StatefulSet server has the label yes, it does/,
  },
  {
    rule: 'use versions of the API that are stable',
    spoil: (all) =>
      (getManifest(all, 'HorizontalPodAutoscaler', 'patients').apiVersion = 'autoscaling/v2beta2'),
    problem: /HorizontalPodAutoscaler patients is of the version autoscaling\/v2beta2/,
  },
  {
    rule: 'hold no secret in a ConfigMap',
    spoil: (all) => (ofKind(all, 'ConfigMap')[0]!.data!['API_TOKEN'] = 'hunter2'),
    problem: /ConfigMap settings-\w+ holds API_TOKEN/,
  },
  {
    rule: 'hold no secret in a ConfigMap',
    spoil: (all) =>
      (ofKind(all, 'ConfigMap')[0]!.data!['GATEWAY_URL'] =
        'https://me:hunter2@gateway.example.org'),
    problem: /ConfigMap settings-\w+ holds GATEWAY_URL/,
  },
];
