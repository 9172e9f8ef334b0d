/** The machines of `payments/core`, each with one planted bug; see mutants.ts. */
import { Blocked, type PaymentRef } from '../../payments/core/blocked.js';
import type { CommitQueue } from '../../payments/core/commit-queue.js';
import { ParcelPipeline } from '../../payments/core/parcel-pipeline.js';
import type {
  PipelineOptions,
  PipelineTime,
  WorkEffect,
  Written,
} from '../../payments/core/work-effects.js';
import { RelayMachine } from '../../payments/core/relay.js';

/** The private parts of the line in which a bug would be. */
interface LineParts {
  blocked: Blocked;
  turns: { number: number }[];
  commitQueue: CommitQueue;
}
const partsOf = (line: ParcelPipeline): LineParts => line as unknown as LineParts;

export class ForgetsWhatWaits extends ParcelPipeline {
  override onAnswered(...input: Parameters<ParcelPipeline['onAnswered']>): WorkEffect[] {
    partsOf(this).blocked = new Blocked();
    return super.onAnswered(...input);
  }
}

export class CommitsInOrderOfAnswers extends ParcelPipeline {
  override onAnswered(...input: Parameters<ParcelPipeline['onAnswered']>): WorkEffect[] {
    partsOf(this).turns.sort(
      (a, b) => Number(b.number === input[0]) - Number(a.number === input[0]),
    );
    return super.onAnswered(...input);
  }
}

export class KeepsItsBounds extends ParcelPipeline {
  protected override getLoadBounds(): ReadonlyMap<string, number> {
    return this.inFlight.bounds();
  }
}

class BlocksByTheFirst extends Blocked {
  override add(payment: PaymentRef, dueMs: number): void {
    if (this.dueBefore(payment.patientId, payment.seq) === null) super.add(payment, dueMs);
  }
}

export class RemembersTheFirst extends ParcelPipeline {
  constructor(options: PipelineOptions) {
    super(options);
    partsOf(this).blocked = new BlocksByTheFirst();
  }
}

class KeepsFinalPayments extends Blocked {
  override takeFinal(): string[] {
    return [];
  }
}

export class NeverUnblocks extends ParcelPipeline {
  constructor(options: PipelineOptions) {
    super(options);
    partsOf(this).blocked = new KeepsFinalPayments();
  }
}

export class OvertakesWhatWasSetAside extends ParcelPipeline {
  protected override getPredecessorDueMs(): null {
    return null;
  }
}

export class IgnoresRefusals extends ParcelPipeline {
  override onCommitted({ ids }: Written, moment: PipelineTime): WorkEffect[] {
    return super.onCommitted({ held: true, ids }, moment);
  }
}

export class AnnouncesTheUnwritten extends ParcelPipeline {
  override onCommitted(written: Written, moment: PipelineTime): WorkEffect[] {
    const { outcomes } = partsOf(this).commitQueue;
    return [{ type: 'announce', outcomes }, ...super.onCommitted(written, moment)];
  }
}

export class NeverLooks extends RelayMachine {
  override scheduleIn(): [] {
    return [];
  }
}

export class TrustsAnEmptyQueue extends RelayMachine {
  override onCounted(
    ...input: Parameters<RelayMachine['onCounted']>
  ): ReturnType<RelayMachine['onCounted']> {
    return input[0] === 0 ? this.onFailed(input[2]) : super.onCounted(...input);
  }
}

export class WakesInVain extends RelayMachine {
  override onArrived(_claimed: number, nowMs: number): ReturnType<RelayMachine['onArrived']> {
    return super.onArrived(1, nowMs);
  }
}

export class TrustsTheCount extends RelayMachine {
  override onCounted(
    ...[waiting, view, nowMs]: Parameters<RelayMachine['onCounted']>
  ): ReturnType<RelayMachine['onCounted']> {
    return super.onCounted(waiting, { ...view, hasRoom: false }, nowMs);
  }
}

/** Names the payments in flight while a load may add more. */
export class ListsBeforeTheLoad extends ParcelPipeline {
  override listInFlight(): readonly string[] {
    return this.inFlight.list();
  }
}
