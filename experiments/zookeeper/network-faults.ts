/** Faults of the network: the leading device is cut off from the ensemble, both ways or one way. */
import { linksOf, onAll } from '../faults/links.js';
import { wallMs } from '../traffic/client.js';
import type { MeasurementFault, OpenRoundFault } from './fault.js';
import { findLeading, type MeasurementScene } from './scene.js';

/** `requests`: all data from the device are lost; `answers`: all data to it. */
type Way = 'both' | 'requests' | 'answers';

const LINK: Readonly<Record<Way, (device: string, member: string) => string>> = {
  both: (device, member) => `${device}-${member}`,
  requests: (device, member) => `${device}>${member}`,
  answers: (device, member) => `${member}>${device}`,
};

/** Silently, with every member. The device still reaches the API and its replica. */
async function cutOff(scene: MeasurementScene, way: Way): Promise<OpenRoundFault> {
  const { name } = findLeading(scene);
  const links = linksOf(scene.cluster);
  const lanes = scene.members.flatMap((member) => links.lanes(LINK[way](name, member.name)));
  const atMs = wallMs();
  return { target: name, atMs, heal: onAll(lanes, (lane) => lane.cut()) };
}

const define = (name: string, title: string, way: Way): MeasurementFault => ({
  name,
  title,
  published: null,
  holdMs: ({ sessionTimeoutMs }) => 1.5 * sessionTimeoutMs,
  inject: (scene) => cutOff(scene, way),
});

export const NETWORK_FAULTS = [
  define('partitioned', 'leading device cut off', 'both'),
  define('requests-lost', 'only its requests lost', 'requests'),
  define('answers-lost', 'only answers to it lost', 'answers'),
] as const;
