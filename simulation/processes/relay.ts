/**
 * Runs the relay machine like payments/relay.ts: carries out its effects and returns the answers.
 */
import type { Owed } from '../../payments/core/progress.js';
import type { RelayEffect, RelayMachine, TermView } from '../../payments/core/relay.js';
import { parcelsOf, type Parcel } from '../../shared/queue/queue.js';
import type { Process } from '../model/process.js';
import type { SimulatedEvent } from '../model/world.js';
import { TIMES, type SimulatedSystem } from '../system.js';
import type { OnWorkEnd } from './prefetch.js';

export class SimulatedRelay {
  private readonly machine: RelayMachine;
  private timer: SimulatedEvent | null = null;

  constructor(
    private readonly system: SimulatedSystem,
    private readonly replica: Process,
    private readonly view: TermView,
    private readonly term: number,
    /** Works on payments without the queue. */
    private readonly attempt: (ids: readonly string[], through: OnWorkEnd) => void,
    private readonly renew: () => void,
  ) {
    const parcels = (ids: readonly string[]): Parcel[] => parcelsOf(ids, TIMES.parcelMax);
    this.machine = system.rules.newRelay({
      intervalMs: TIMES.relayIntervalMs,
      stallMs: TIMES.relayStallMs,
      parcelsOf: parcels,
    });
  }

  get owed(): Owed | null {
    return this.machine.owed;
  }

  stop(): void {
    this.machine.stop();
  }

  wakeIn(ms: number): void {
    this.perform(this.machine.scheduleIn(ms, this.now));
  }

  arrived(claimed: number): void {
    this.perform(this.machine.onArrived(claimed, this.now));
  }

  forget(): void {
    this.perform(this.machine.forget(this.now));
  }

  private get now(): number {
    return this.system.world.nowMs;
  }

  private perform(effects: readonly RelayEffect[]): void {
    for (const effect of effects) this.carryOut(effect);
  }

  private carryOut(effect: RelayEffect): void {
    const { queue, world, rules, checks } = this.system;
    switch (effect.type) {
      case 'timer':
        if (this.timer) this.timer.run = null;
        this.timer = this.replica.in(effect.inMs, () => this.perform(this.machine.onDue(this.now)));
        return;
      case 'count':
        return queue.count(this.replica, (waiting) =>
          this.perform(this.machine.onCounted(waiting, this.view, this.now)),
        );
      case 'search':
        return this.search(effect.throughSeq);
      case 'put-back':
        checks.payments.putsBack(
          effect.parcels.flatMap(({ ids }) => ids),
          this.term,
        );
        world.log?.(
          this.replica.name,
          `enqueues again ${effect.parcels.map(({ ids }) => ids.join(' ')).join(' | ')}`,
        );
        return queue.add(this.replica, rules.oldestLast(effect.parcels), true, (taken) =>
          this.perform(this.machine.putBack(taken, this.now)),
        );
      case 'deliver':
        world.log?.(this.replica.name, `works on ${effect.parcel.ids.join(' ')} without the queue`);
        return this.attempt(effect.parcel.ids, (_failed, claimed) => {
          this.arrived(claimed);
          this.perform(this.machine.onDelivered(this.now));
        });
      case 'renew':
        return this.renew();
    }
  }

  private search(throughSeq: number | null): void {
    const { database, payments } = this.system;
    const run = (): string[] => payments.overdue(throughSeq, TIMES.relayGraceMs);
    database.ask(this.replica, TIMES.statementMs, 'a search', run, (ids) =>
      this.perform(
        ids === null
          ? this.machine.onFailed(this.now)
          : this.machine.onFound(ids, this.view, this.now),
      ),
    );
  }
}
