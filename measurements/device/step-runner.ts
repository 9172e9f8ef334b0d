/**
 * Carries out the steps that the core decided. Every line that a reader of the log needs to judge a
 * mean is written before the mean is sent.
 */
import { randomUUID } from 'node:crypto';
import { ZNODES, type MeasurementData } from '../../shared/contracts/measurements.js';
import type { Logger } from '../../shared/observability/logger.js';
import type { ZooKeeper } from '../../shared/zookeeper/client.js';
import { createNode, ensureNode, removeNode } from '../../shared/zookeeper/data.js';
import { standForElection } from '../../shared/zookeeper/election.js';
import { isRefusal } from '../../shared/zookeeper/errors.js';
import { commit, type NodeOperation } from '../../shared/zookeeper/transaction.js';
import type { DeviceState, Mean, RoundStep, StepResult } from '../core/types.js';
import type { AnnounceResult, ApiClient } from './api-client.js';
import { readOrigin, toContinuation, toEpoch } from './continue-rounds.js';
import { toFinish, toOpening } from './leader-writes.js';
import { deviceSeconds, notMeasured, roundsMissed } from './metrics.js';
import type { ReplicaMeter } from './replica-meter.js';

export interface StepsOptions {
  device: string;
  zk: ZooKeeper;
  api: ApiClient;
  meter: ReplicaMeter;
  logger: Logger;
  /** Whether this device may still act as a leader: its own clock. */
  mayAct: () => boolean;
  /** Called between the decision to send and the sending; for experiments. */
  beforeSend: () => Promise<void>;
}

type Acting = Exclude<RoundStep, { kind: 'wait' }>;

const LATER_EPOCH =
  'the API knows a later epoch; standing again. If this repeats, the ensemble has older data than the API: see measurements/README.md';

const REFUSALS = ['NO_NODE', 'NODE_EXISTS', 'BAD_VERSION'];

export class StepRunner {
  /** Names the own candidate; the same one until the ensemble confirmed a candidate. */
  private guid: string = randomUUID();

  constructor(private readonly options: StepsOptions) {}

  /** @throws ZooKeeperError when the ensemble does not answer. */
  async perform(step: Acting, state: DeviceState, apiUrl: string): Promise<StepResult> {
    switch (step.kind) {
      case 'stand':
        return this.stand();
      case 'announce':
        return this.announce(step.epoch, this.node(state), apiUrl);
      case 'open':
        return { step: 'open', done: await this.commit(toOpening(...this.opening(state, step))) };
      case 'measure':
        return this.measure(step.round);
      case 'send':
        return this.send(step.mean, state, apiUrl);
      case 'miss':
        roundsMissed.inc();
        this.options.logger.warn({ round: step.round }, 'round missed: it ends without a mean');
        return { step: 'miss', round: step.round };
      case 'finish':
        return { step: 'finish', done: await this.commit(toFinish(this.node(state), step)) };
      case 'resign':
        await removeNode(this.options.zk, `${ZNODES.election}/${this.node(state)}`);
        return { step: 'resign', done: true };
    }
  }

  private node({ candidate }: DeviceState): string {
    return candidate?.node ?? 'none';
  }

  private opening(state: DeviceState, step: Extract<RoundStep, { kind: 'open' }>) {
    return [this.node(state), step, new Date().toISOString()] as const;
  }

  private async stand(): Promise<StepResult> {
    const { zk, device } = this.options;
    await ensureNode(zk, ZNODES.election);
    await ensureNode(zk, ZNODES.measurements);
    await ensureNode(zk, ZNODES.config);
    await ensureNode(zk, ZNODES.counter, '0');
    const candidate = await standForElection(zk, ZNODES.election, {
      name: device,
      guid: this.guid,
    });
    const epoch = await toEpoch(zk, candidate.epoch);
    // A later candidate of this device must not be confused with this one.
    this.guid = randomUUID();
    return { step: 'stand', candidate: { ...candidate, epoch } };
  }

  private async announce(epoch: number, node: string, apiUrl: string): Promise<StepResult> {
    const { api, device, logger } = this.options;
    const { result, detail } = await api.announce(apiUrl, { epoch, device });
    if (result === 'failed') {
      logger.warn({ epoch, code: detail }, 'the API did not confirm the epoch; retrying');
      return { step: 'announce', result };
    }
    const { base, newCounterVersion } = await readOrigin(this.options.zk);
    if (newCounterVersion !== null) {
      const continued = await this.continueRounds(node, apiUrl, newCounterVersion, result);
      return { step: 'announce', result: continued };
    }
    if (result === 'old-epoch') logger.warn({ epoch, code: detail }, LATER_EPOCH);
    // A candidate from before the base may have the epoch of a leader in the former ensemble.
    const isFormer = epoch <= (base ?? 0);
    return { step: 'announce', result: isFormer ? 'old-epoch' : result };
  }

  /** Continues after the last round of the API. @returns `old-epoch`: stand again. */
  private async continueRounds(
    node: string,
    apiUrl: string,
    counterVersion: number,
    result: AnnounceResult,
  ): Promise<AnnounceResult> {
    const { api, logger } = this.options;
    const known = await api.readLeading(apiUrl);
    if (!known) return 'failed';
    if (known.lastRound === 0 && result === 'confirmed') return result;
    const done = await this.commit(toContinuation(node, known, counterVersion));
    if (!done) return 'failed';
    logger.warn(known, 'the ensemble is new: continuing after the last round of the API');
    return 'old-epoch';
  }

  private async measure(round: number): Promise<StepResult> {
    const { meter, logger } = this.options;
    let measured: Omit<MeasurementData, 'round'>;
    try {
      measured = await meter.measure();
    } catch (error) {
      notMeasured.inc();
      logger.warn({ round, err: error }, 'not measured: the replica does not answer');
      return { step: 'measure', round, done: true };
    }
    deviceSeconds.set({ kind: measured.kind }, measured.ms / 1_000);
    logger.info({ round, ...measured }, 'measured');
    return { step: 'measure', round, done: await this.write({ round, ...measured }) };
  }

  /** Replaces the node of this device, also one that an earlier session left. */
  private async write(data: MeasurementData): Promise<boolean> {
    const path = `${ZNODES.measurements}/${this.options.device}`;
    const text = JSON.stringify(data);
    const replaced = await this.commit([
      { kind: 'remove', path },
      { kind: 'create', path, text, mode: 'ephemeral' },
    ]);
    if (replaced) return true;
    await createNode(this.options.zk, path, text, 'ephemeral');
    return true;
  }

  private async send(mean: Mean, state: DeviceState, apiUrl: string): Promise<StepResult> {
    const { api, logger, beforeSend, mayAct } = this.options;
    if (state.kept !== mean) logger.info({ ...mean }, 'mean computed');
    await beforeSend();
    if (!mayAct()) return { step: 'send', mean, result: 'failed' };
    const { result, detail } = await api.send(apiUrl, mean);
    const accepted = result === 'kept';
    const fields = { round: mean.round, epoch: mean.epoch, code: detail };
    if (accepted) logger.info(fields, 'mean accepted');
    else logger.warn(fields, result === 'failed' ? 'mean not sent; retrying' : 'mean refused');
    return { step: 'send', mean, result };
  }

  private async commit(operations: readonly NodeOperation[]): Promise<boolean> {
    try {
      await commit(this.options.zk, operations);
      return true;
    } catch (error) {
      if (REFUSALS.some((code) => isRefusal(error, code))) return false;
      throw error;
    }
  }
}
