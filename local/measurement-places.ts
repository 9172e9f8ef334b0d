/** The ports of the measurement rounds: the ZooKeeper ensemble and the services around it. Pure. */
import { MEAN_PATH } from '../shared/contracts/measurements.js';
import type { Place } from './place.js';

const NUMBERS = [1, 2, 3] as const;

/** Each member of the ensemble has a place for clients, one for its peers and one for elections. */
export const ENSEMBLE: readonly Place[] = NUMBERS.flatMap((number): Place[] => [
  { name: `zookeeper_${number}`, kind: 'zookeeper', fixedPort: 5500 + number },
  { name: `zookeeper_${number} peers`, kind: 'zookeeper', fixedPort: 5510 + number },
  { name: `zookeeper_${number} elections`, kind: 'zookeeper', fixedPort: 5520 + number },
]);

/** The API that collects the means. */
export const MEASUREMENTS: Place = { name: 'measurements', kind: 'measurements', fixedPort: 5200 };

/** One measuring device per payment replica. */
export const devicePlaces = (replicas: number): Place[] =>
  Array.from({ length: replicas }, (_, index) => ({
    name: `device_${index + 1}`,
    kind: 'device',
    fixedPort: 5211 + index,
  }));

/** The environment of a device, beside that of every service. @param name `device_1`. */
export function deviceEnvironment(
  name: string,
  portOf: (name: string) => number,
): Record<string, string> {
  const toUrl = (place: string): string => `http://127.0.0.1:${portOf(place)}`;
  const members = ensemblePlaces(portOf);
  return {
    ZOOKEEPER: members.map(({ port }) => `127.0.0.1:${port}`).join(','),
    REPLICA_URL: toUrl(name.replace('device', 'server')),
    API_URL: `${toUrl(MEASUREMENTS.name)}${MEAN_PATH}`,
  };
}

/** A member of the ensemble. */
export interface ZookeeperPlace {
  /** `zookeeper_1`. */
  name: string;
  /** For clients. */
  port: number;
  /** For the other members: of its data, and of the elections. */
  peerPort: number;
  electionPort: number;
}

export const ensemblePlaces = (portOf: (name: string) => number): readonly ZookeeperPlace[] =>
  NUMBERS.map((number) => ({
    name: `zookeeper_${number}`,
    port: portOf(`zookeeper_${number}`),
    peerPort: portOf(`zookeeper_${number} peers`),
    electionPort: portOf(`zookeeper_${number} elections`),
  }));

/** The members of the ensemble, the devices and their API, which the console shows. */
export function describeRounds(
  replicas: number,
  portOf: (name: string) => number,
): Record<string, string> {
  const list = (places: readonly { name: string }[], scheme: string): string =>
    places.map(({ name }) => `${name}=${scheme}://127.0.0.1:${portOf(name)}`).join(',');
  return {
    ENSEMBLE_MEMBERS: list(ensemblePlaces(portOf), 'tcp'),
    DEVICES: list(devicePlaces(replicas), 'http'),
    MEASUREMENTS_URL: `http://127.0.0.1:${portOf(MEASUREMENTS.name)}`,
  };
}
