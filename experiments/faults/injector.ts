/**
 * Injects faults and heals them. Every fault is healed on every exit path: when its time is up, at
 * the end of the run, after an error, at Ctrl-C, and before the cluster closes. A cluster has
 * one injector.
 *
 * A fault is `open` from the start of its injection until it is healed or its heal has failed.
 * While it is open, its target accepts no other fault. Such a request is refused with a value, so
 * that the caller can choose another target or skip the fault. A process and a link to it are two
 * targets.
 */
import type { Random } from '../../shared/random.js';
import type { FaultWindow } from '../record/history.js';
import type { Cluster } from '../system/cluster.js';
import { directionsOf, isSameTarget } from '../network/link-names.js';
import type { FaultDefinition, Heal } from './fault.js';

export interface InjectionOrder {
  target: string;
  /** Time until the heal, ms. Infinity: at the call of `heal`, or at the end of the run. */
  durationMs: number;
  random: Random;
}

/**
 * A fault as it was injected. `healedMs` is null until the heal, when the heal failed, and when
 * there was nothing to heal.
 */
export type InjectedWindow = Omit<FaultWindow, 'trial'>;

export interface InjectedFault {
  injected: true;
  window: InjectedWindow;
  /** Heals the fault early. Resolves when the heal is done or has failed; may be called twice. */
  heal: () => Promise<void>;
  /** Resolves when the fault is healed or its heal has failed (see `failures`); never rejects. */
  healed: Promise<void>;
}

export interface RefusedInjection {
  injected: false;
  kind: string;
  target: string;
  /** For people. */
  reason: string;
}

/** A failed heal: something is still broken. */
export interface HealFailure {
  kind: string;
  target: string;
  reason: string;
}

interface OpenFault {
  kind: string;
  places: readonly string[];
  /** Aborted: the time of the fault is up now. */
  end: AbortController;
  /** Resolves when the fault is healed, its heal has failed, or nothing was broken. */
  done: Promise<void>;
}

const wallMs = (): number => performance.timeOrigin + performance.now();
const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

export class Injector {
  /** Every injected fault, in order. */
  readonly windows: InjectedWindow[] = [];
  /** Every fault that was not injected, with the reason. */
  readonly refused: RefusedInjection[] = [];
  readonly failures: HealFailure[] = [];
  private readonly open = new Set<OpenFault>();
  private ended = false;

  constructor(
    private readonly cluster: Cluster,
    private readonly signal: AbortSignal,
  ) {
    signal.addEventListener('abort', () => this.endAll(), { once: true });
    cluster.beforeClose(() => this.healAll());
  }

  /** Kind of the fault that occupies a target; null: the target is free. */
  busyWith(target: string): string | null {
    const places = directionsOf(target);
    for (const { kind, places: taken } of this.open)
      if (places.some((place) => taken.includes(place))) return kind;
    return null;
  }

  /** Resolves when the fault is injected, or at once when it cannot be. Never rejects. */
  async inject(
    fault: FaultDefinition,
    order: InjectionOrder,
  ): Promise<InjectedFault | RefusedInjection> {
    const obstacle = this.obstacle(fault, order.target);
    if (obstacle !== null) return this.refuse(fault, order.target, obstacle);
    const end = new AbortController();
    let finish = (): void => undefined;
    const places = fault.harmless ? [] : directionsOf(order.target);
    const entry: OpenFault = {
      kind: fault.kind,
      places,
      end,
      done: new Promise((resolve) => (finish = resolve)),
    };
    this.open.add(entry);
    const close = (): void => {
      this.open.delete(entry);
      finish();
    };
    const window: InjectedWindow = {
      kind: fault.kind,
      target: order.target,
      atMs: wallMs(),
      healedMs: null,
    };
    let heal: Heal | null;
    try {
      heal = await fault.inject(this.cluster, {
        ...order,
        signal: end.signal,
        markInjected: () => void (window.atMs = wallMs()),
        nameTarget: (name) => void (window.target = name),
      });
    } catch (error) {
      close();
      return this.refuse(fault, order.target, reasonOf(error));
    }
    this.windows.push(window);
    void this.healInTime(window, heal, order.durationMs, end.signal).then(close);
    return { injected: true, window, healed: entry.done, heal: () => (end.abort(), entry.done) };
  }

  /**
   * Heals all open faults and refuses further ones. Resolves when all heals are done. @returns
   * every heal that ever failed. Never rejects.
   */
  async healAll(): Promise<readonly HealFailure[]> {
    this.endAll();
    await Promise.all([...this.open].map(({ done }) => done));
    return this.failures;
  }

  private endAll(): void {
    this.ended = true;
    for (const { end } of this.open) end.abort();
  }

  private obstacle(fault: FaultDefinition, target: string): string | null {
    if (this.ended || this.signal.aborted) return 'the run is over';
    if (!fault.targets(this.cluster).some((known) => isSameTarget(known, target)))
      return `${fault.kind} cannot be injected into ${target} here`;
    const busy = fault.harmless ? null : this.busyWith(target);
    return busy === null ? null : `${target} is busy with ${busy}`;
  }

  private refuse({ kind }: FaultDefinition, target: string, reason: string): RefusedInjection {
    const refusal: RefusedInjection = { injected: false, kind, target, reason };
    this.refused.push(refusal);
    return refusal;
  }

  private async healInTime(
    window: InjectedWindow,
    heal: Heal | null,
    durationMs: number,
    ended: AbortSignal,
  ): Promise<void> {
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

/** Resolves after `durationMs` or when `ended` is aborted, whichever is first. */
function timeUp(durationMs: number, ended: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (ended.aborted) return resolve();
    const timer = Number.isFinite(durationMs)
      ? setTimeout(resolve, Math.max(0, durationMs))
      : undefined;
    ended.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });
}
