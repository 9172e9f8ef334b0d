/**
 * Strikes and heals, and keeps the promise that whatever it broke is healed on every way out: when the time is up, at the end, after an
 * error, at Ctrl-C, and before the laboratory closes. One injector a laboratory.
 *
 * A strike is `open` from the moment it begins until it is healed (or the healing failed). While it is open its target takes no other:
 * that is refused with a value, so that the caller can choose another target or leave it. A process and a link to it are two targets.
 */
import type { Random } from '../../shared/random.js';
import type { FaultWindow } from '../history.js';
import type { Laboratory } from '../laboratory.js';
import { directionsOf, isSameTarget } from '../network/link-names.js';
import type { Fault, Heal } from './fault.js';

export interface StrikeOrder {
  target: string;
  /** It is healed after so long, in ms; Infinity: when it is told to, or at the end. */
  durationMs: number;
  random: Random;
}

/** A fault as it really happened. `healedMs` is null until it is healed, when healing failed, and when there was nothing to heal. */
export type StruckWindow = Omit<FaultWindow, 'trial'>;

export interface Struck {
  struck: true;
  window: StruckWindow;
  /** Heals it before its time. Resolves when that is done or has failed; may be called twice. */
  heal: () => Promise<void>;
  /** Resolves when it is healed, or when that has failed (see `failures`); never rejects. */
  healed: Promise<void>;
}

export interface Refused {
  struck: false;
  kind: string;
  target: string;
  /** In words. */
  reason: string;
}

/** A heal that went wrong: something is still broken. */
export interface HealFailure {
  kind: string;
  target: string;
  reason: string;
}

interface Open {
  kind: string;
  places: readonly string[];
  /** Ends its time now. */
  end: AbortController;
  /** Resolves when nothing of it is left to do. */
  done: Promise<void>;
}

const wallMs = (): number => performance.timeOrigin + performance.now();
const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export class Injector {
  /** Every strike so far, in order. */
  readonly windows: StruckWindow[] = [];
  /** Every strike that did not happen, and why. */
  readonly refused: Refused[] = [];
  readonly failures: HealFailure[] = [];
  private readonly open = new Set<Open>();
  private ended = false;

  constructor(
    private readonly laboratory: Laboratory,
    private readonly signal: AbortSignal,
  ) {
    signal.addEventListener('abort', () => this.endAll(), { once: true });
    laboratory.beforeClose(() => this.healAll());
  }

  /** Kind of the fault that a target is busy with; null: it is free. */
  busyWith(target: string): string | null {
    const places = directionsOf(target);
    for (const { kind, places: taken } of this.open) if (places.some((place) => taken.includes(place))) return kind;
    return null;
  }

  /** Resolves when the fault has struck, or at once when it cannot. Never rejects. */
  async strike(fault: Fault, order: StrikeOrder): Promise<Struck | Refused> {
    const obstacle = this.obstacle(fault, order.target);
    if (obstacle !== null) return this.refuse(fault, order.target, obstacle);
    const end = new AbortController();
    let finish = (): void => undefined;
    const places = fault.harmless ? [] : directionsOf(order.target);
    const entry: Open = { kind: fault.kind, places, end, done: new Promise((resolve) => (finish = resolve)) };
    this.open.add(entry);
    const close = (): void => {
      this.open.delete(entry);
      finish();
    };
    const window: StruckWindow = { kind: fault.kind, target: order.target, atMs: wallMs(), healedMs: null };
    let heal: Heal | null;
    try {
      heal = await fault.inject(this.laboratory, { ...order, signal: end.signal, falls: () => void (window.atMs = wallMs()) });
    } catch (error) {
      close();
      return this.refuse(fault, order.target, reasonOf(error));
    }
    this.windows.push(window);
    void this.healInTime(window, heal, order.durationMs, end.signal).then(close);
    return { struck: true, window, healed: entry.done, heal: () => (end.abort(), entry.done) };
  }

  /** Heals whatever is open, and takes no more strikes. Resolves when all is done; @returns every heal that ever failed. Never rejects. */
  async healAll(): Promise<readonly HealFailure[]> {
    this.endAll();
    await Promise.all([...this.open].map(({ done }) => done));
    return this.failures;
  }

  private endAll(): void {
    this.ended = true;
    for (const { end } of this.open) end.abort();
  }

  private obstacle(fault: Fault, target: string): string | null {
    if (this.ended || this.signal.aborted) return 'the run is over';
    if (!fault.targets(this.laboratory).some((known) => isSameTarget(known, target))) return `${fault.kind} cannot strike ${target} here`;
    const busy = fault.harmless ? null : this.busyWith(target);
    return busy === null ? null : `${target} is busy with ${busy}`;
  }

  private refuse({ kind }: Fault, target: string, reason: string): Refused {
    const refusal: Refused = { struck: false, kind, target, reason };
    this.refused.push(refusal);
    return refusal;
  }

  private async healInTime(window: StruckWindow, heal: Heal | null, durationMs: number, ended: AbortSignal): Promise<void> {
    if (!heal) return;
    await timeUp(durationMs, ended);
    try {
      await heal();
      window.healedMs = wallMs();
    } catch (error) {
      this.failures.push({ kind: window.kind, target: window.target, reason: reasonOf(error) });
    }
  }
}

/** Resolves after `durationMs` or when it is ended, whichever comes first. */
function timeUp(durationMs: number, ended: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (ended.aborted) return resolve();
    const timer = Number.isFinite(durationMs) ? setTimeout(resolve, Math.max(0, durationMs)) : undefined;
    ended.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });
}
