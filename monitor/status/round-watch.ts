/**
 * Polls the members of ZooKeeper and the measuring devices every two seconds. The result is only
 * displayed.
 */
import type { Member } from '../../shared/config.js';
import {
  readRounds,
  type RoundPlaces,
  type RoundState,
} from '../../shared/zookeeper/read-rounds.js';
import { PolledView } from './polled-view.js';

export interface RoundWatchOptions {
  /** Empty: this monitor knows no measurements. */
  members: readonly Member[];
  devices: readonly Member[];
  /** Empty: unknown. */
  apiUrl: string;
}

const toPlaces = (members: readonly Member[]): RoundPlaces['devices'] =>
  members.map(({ id, url }) => ({ name: id, url }));

export class RoundWatch extends PolledView<RoundState> {
  constructor(private readonly options: RoundWatchOptions) {
    super();
  }

  protected get isConfigured(): boolean {
    return this.options.members.length > 0;
  }

  protected read(): Promise<RoundState> {
    const { members, devices, apiUrl } = this.options;
    return readRounds({
      members: toPlaces(members),
      devices: toPlaces(devices),
      apiUrl: apiUrl || null,
    });
  }
}
