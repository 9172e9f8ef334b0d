/** Controls of the rules for containers. */
import { container, type Control } from './control.js';

export const CONTAINER_CONTROLS: readonly Control[] = [
  {
    rule: 'request and limit processor time and memory',
    spoil: (all) => delete container(all).resources?.limits?.['memory'],
    problem: /container payments lacks a request or a limit/,
  },
  {
    rule: 'name a version of every image',
    spoil: (all) => (container(all).image = 'registry.example.org:5000/relevo'),
    problem: /has the image registry.example.org:5000\/relevo, without a version/,
  },
  {
    rule: 'hold no secret in a variable',
    spoil: (all) =>
      (container(all).env!.find(({ name }) => name === 'API_TOKEN')!.value = 'hunter2'),
    problem: /has the value of API_TOKEN in the manifest/,
  },
  {
    rule: 'set no variable twice',
    spoil: (all) => container(all).env!.push({ name: 'PORT', value: '1' }),
    problem: /container payments sets PORT twice/,
  },
  {
    rule: 'have a start-up, a liveness and a readiness probe',
    spoil: (all) => delete container(all, 'gateway').startupProbe,
    problem: /container gateway lacks a probe/,
  },
  {
    rule: 'probe ports that the container has',
    spoil: (all) => (container(all).livenessProbe!.httpGet!.port = 5009),
    problem: /probes the port 5009, which it lacks/,
  },
  {
    rule: 'name a version of every image',
    spoil: (all) => (container(all).image = 'relevo:latest'),
    problem: /has the image relevo:latest, without a version/,
  },
  {
    rule: 'ask another question for liveness than for readiness',
    spoil: (all) =>
      (container(all, 'postgres').livenessProbe!.exec = container(
        all,
        'postgres',
      ).readinessProbe!.exec!),
    problem: /container postgres is restarted when it is not ready/,
  },
  {
    rule: 'listen on ports that exist and need no privileges',
    spoil: (all) => (container(all).ports![0]!.containerPort = 99_999),
    problem: /container payments listens on the port 99999/,
  },
  {
    rule: 'listen on ports that exist and need no privileges',
    spoil: (all) => (container(all).ports![0]!.containerPort = 22),
    problem: /container payments listens on the port 22/,
  },
];
