/** The parts of one simulated system of measurement rounds. Assembled by play-rounds.ts. */
import type { Network } from '../model/network.js';
import type { World } from '../model/world.js';
import type { Ensemble } from './ensemble.js';
import type { MeansApi } from './means-api.js';
import type { RoundChecks } from './round-checks.js';
import type { RoundRules } from './round-rules.js';

export interface RoundSystem {
  readonly world: World;
  readonly network: Network;
  readonly rules: RoundRules;
  readonly checks: RoundChecks;
  readonly ensemble: Ensemble;
  readonly api: MeansApi;
  /** The sampling period in /config, in ms. */
  periodMs: number;
}
