/** Controls of the rules for the pods of a workload together. */
import { getWorkload } from '../../../support/kubernetes/manifests.js';
import { specOf, remove, type Control } from './control.js';

export const AVAILABILITY_CONTROLS: readonly Control[] = [
  {
    rule: 'let a drain of a node end at most one pod of a group, and always an unhealthy one',
    spoil: (all) => remove(all, 'PodDisruptionBudget', 'monitor'),
    problem: /StatefulSet monitor has 0 budget/,
  },
  {
    rule: 'let a drain of a node end at most one pod of a group, and always an unhealthy one',
    spoil: (all) => (specOf(all, 'PodDisruptionBudget', 'server').maxUnavailable = 0),
    problem: /StatefulSet server has 1 budget\(s\) for disruptions, or a wrong one/,
  },
  {
    rule: 'spread the pods of a group over the nodes',
    spoil: (all) => delete getWorkload(all, 'patients').pod.topologySpreadConstraints,
    problem: /Deployment patients may run on one node only/,
  },
  {
    rule: 'leave the number of pods to an autoscaler that exists for them',
    spoil: (all) => (specOf(all, 'Deployment', 'patients').replicas = 2),
    problem: /Deployment patients fixes its number of pods/,
  },
  {
    rule: 'leave the number of pods to an autoscaler that exists for them',
    spoil: (all) => remove(all, 'Deployment'),
    problem: /HorizontalPodAutoscaler patients has no target/,
  },
  {
    rule: 'remove a Job that has ended',
    spoil: (all) => delete specOf(all, 'Job', 'migrate').ttlSecondsAfterFinished,
    problem: /Job migrate stays for ever/,
  },
  {
    rule: 'let a drain of a node end at most one pod of a group, and always an unhealthy one',
    spoil: (all) => delete specOf(all, 'PodDisruptionBudget', 'server').unhealthyPodEvictionPolicy,
    problem: /StatefulSet server has 1 budget\(s\) for disruptions, or a wrong one/,
  },
  {
    rule: 'replace pods one after another in an update',
    spoil: (all) => (specOf(all, 'Deployment', 'patients').strategy = { type: 'Recreate' }),
    problem: /Deployment patients stops pods before others are ready/,
  },
  {
    rule: 'replace pods one after another in an update',
    spoil: (all) => (specOf(all, 'StatefulSet', 'server').updateStrategy = { type: 'OnDelete' }),
    problem: /StatefulSet server stops pods before others are ready/,
  },
  {
    rule: 'leave the number of pods to an autoscaler that exists for them',
    spoil: (all) => (specOf(all, 'HorizontalPodAutoscaler', 'patients').minReplicas = 1),
    problem: /HorizontalPodAutoscaler patients allows one pod/,
  },
  {
    rule: 'leave the number of pods to an autoscaler that exists for them',
    spoil: (all) => (specOf(all, 'HorizontalPodAutoscaler', 'patients').maxReplicas = 2),
    problem: /HorizontalPodAutoscaler patients cannot scale/,
  },
  {
    rule: 'run several pods of every Deployment',
    spoil: (all) => remove(all, 'HorizontalPodAutoscaler'),
    problem: /Deployment patients has one pod/,
  },
];
