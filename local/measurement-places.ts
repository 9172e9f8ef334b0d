/** The ports of the measurement rounds: the ZooKeeper ensemble and the services around it. Pure. */
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
