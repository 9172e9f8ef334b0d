/**
 * A model of the measurements API: one statement decides whether a mean is kept. Its data survive
 * its death, as they do in Redis.
 */
import type { Mean, StepResult } from '../../measurements/core/types.js';
import { Engine } from '../model/engine.js';
import type { Network } from '../model/network.js';
import type { World } from '../model/world.js';
import type { RoundChecks } from './round-checks.js';
import type { RoundRules } from './round-rules.js';

type SendResult = Extract<StepResult, { step: 'send' }>['result'];

export class MeansApi extends Engine {
  private fence = 0;
  private readonly means = new Map<number, Mean>();

  constructor(
    world: World,
    network: Network,
    node: number,
    private readonly rules: RoundRules,
    private readonly checks: RoundChecks,
  ) {
    super(world, network, 'api', node);
  }

  announce(epoch: number): 'confirmed' | 'old-epoch' {
    if (epoch < this.fence) return 'old-epoch';
    this.fence = epoch;
    this.checks.onAnnounced(epoch);
    return 'confirmed';
  }

  keepMean(mean: Mean): SendResult {
    const { round, epoch } = mean;
    if (this.rules.fencesMeans && epoch < this.fence) return 'old-epoch';
    const before = this.means.get(round);
    if (before?.mean === mean.mean && before.epoch === epoch) return 'kept';
    if (before && this.rules.keepsOneMean) return 'round-kept';
    this.world.log?.('api', `keeps ${mean.mean} for round ${round}, epoch ${epoch}`);
    this.means.set(round, mean);
    this.checks.onKept(mean);
    return 'kept';
  }
}
