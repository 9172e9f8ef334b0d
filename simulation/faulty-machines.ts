/** The machines of `payments/core`, each with one planted bug; see mutants.ts. */
import { Blocked, type PutOff } from '../payments/core/blocked.js';
import type { CommitLane } from '../payments/core/commit-lane.js';
import {
  ParcelLine,
  type LineOptions,
  type Moment,
  type WorkEffect,
  type Written,
} from '../payments/core/parcel-line.js';
import { RelayMachine } from '../payments/core/relay.js';

/** The private parts of the line in which a bug would be. */
interface LineParts {
  blocked: Blocked;
  turns: { number: number }[];
  lane: CommitLane;
}
const partsOf = (line: ParcelLine): LineParts => line as unknown as LineParts;

export class ForgetsWhatWaits extends ParcelLine {
  override answered(...input: Parameters<ParcelLine['answered']>): WorkEffect[] {
    partsOf(this).blocked = new Blocked();
    return super.answered(...input);
  }
}

export class CommitsInOrderOfAnswers extends ParcelLine {
  override answered(...input: Parameters<ParcelLine['answered']>): WorkEffect[] {
    partsOf(this).turns.sort(
      (a, b) => Number(b.number === input[0]) - Number(a.number === input[0]),
    );
    return super.answered(...input);
  }
}

export class KeepsItsBounds extends ParcelLine {
  protected override beyond(): Map<string, number> {
    return this.inFlight.bounds();
  }
}

class BlocksByTheFirst extends Blocked {
  override add(payment: PutOff, dueMs: number): void {
    if (this.dueBefore(payment.patientId, payment.seq) === null) super.add(payment, dueMs);
  }
}

export class RemembersTheFirst extends ParcelLine {
  constructor(options: LineOptions) {
    super(options);
    partsOf(this).blocked = new BlocksByTheFirst();
  }
}

class KeepsFinalPayments extends Blocked {
  override takeFinal(): string[] {
    return [];
  }
}

export class NeverUnblocks extends ParcelLine {
  constructor(options: LineOptions) {
    super(options);
    partsOf(this).blocked = new KeepsFinalPayments();
  }
}

export class OvertakesWhatWasSetAside extends ParcelLine {
  protected override behindMs(): null {
    return null;
  }
}

export class IgnoresRefusals extends ParcelLine {
  override committed({ ids }: Written, moment: Moment): WorkEffect[] {
    return super.committed({ held: true, ids }, moment);
  }
}

export class AnnouncesTheUnwritten extends ParcelLine {
  override committed(written: Written, moment: Moment): WorkEffect[] {
    const { outcomes } = partsOf(this).lane;
    return [{ type: 'announce', outcomes }, ...super.committed(written, moment)];
  }
}

export class NeverLooks extends RelayMachine {
  override wakeIn(): [] {
    return [];
  }
}

export class TrustsAnEmptyQueue extends RelayMachine {
  override counted(
    ...input: Parameters<RelayMachine['counted']>
  ): ReturnType<RelayMachine['counted']> {
    return input[0] === 0 ? this.failed(input[2]) : super.counted(...input);
  }
}

export class WakesInVain extends RelayMachine {
  override arrived(_claimed: number, nowMs: number): ReturnType<RelayMachine['arrived']> {
    return super.arrived(1, nowMs);
  }
}

export class TrustsTheCount extends RelayMachine {
  override counted(
    ...[waiting, view, nowMs]: Parameters<RelayMachine['counted']>
  ): ReturnType<RelayMachine['counted']> {
    return super.counted(waiting, { ...view, hasRoom: false }, nowMs);
  }
}
