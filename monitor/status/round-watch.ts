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

/** Interval between two polls, ms. */
const LOOK_MS = 2_000;

export interface RoundWatchOptions {
  /** Empty: this monitor knows no measurements. */
  members: readonly Member[];
  devices: readonly Member[];
  /** Empty: unknown. */
  apiUrl: string;
}

const toPlaces = (members: readonly Member[]): RoundPlaces['devices'] =>
  members.map(({ id, url }) => ({ name: id, url }));

export class RoundWatch {
  private timer: NodeJS.Timeout | null = null;
  private isLooking = false;
  private known: RoundState | null = null;

  constructor(private readonly options: RoundWatchOptions) {}

  /** The last view; null: none is configured, or none was read yet. */
  get state(): RoundState | null {
    return this.known;
  }

  start(): void {
    if (this.options.members.length === 0) return;
    void this.look();
    this.timer = setInterval(() => void this.look(), LOOK_MS);
  }

  close(): void {
    if (this.timer) clearInterval(this.timer);
  }

  /** Never rejects. A poll that lasts longer than the interval replaces the next one. */
  private async look(): Promise<void> {
    if (this.isLooking) return;
    this.isLooking = true;
    const { members, devices, apiUrl } = this.options;
    this.known = await readRounds({
      members: toPlaces(members),
      devices: toPlaces(devices),
      apiUrl: apiUrl || null,
    });
    this.isLooking = false;
  }
}
