/**
 * States and reports for the tests of the monitor's core, made by the machine itself wherever
 * possible.
 */
import type { Leadership, ReplicaReport } from '../../../shared/contracts/leadership.js';
import { initialState, step } from '../../../monitor/core/failover.js';
import type { InputBody } from '../../../monitor/core/inputs.js';
import type { Effect, Step } from '../../../monitor/core/effects.js';
import type { Phase, PhaseName, Settings, State } from '../../../monitor/core/types.js';

export const SETTINGS: Settings = {
  monitor: 'monitor_1',
  monitors: ['monitor_1'],
  replicas: ['server_1', 'server_2', 'server_3'],
  partition: 0,
  policy: 'lowest-id',
  tickMs: 50,
  pingIntervalMs: 2_000,
  pingTimeoutMs: 1_000,
  fall: 2,
  rise: 2,
  beatIntervalMs: 100,
  beatTimeoutMs: 400,
  voteIntervalMs: 100,
  voteFreshMs: 1_000,
  grayMs: 1_500,
  stallMs: 5_000,
  grayRestMs: 10_000,
  grayDrainMs: 300,
  handoverDrainMs: 2_000,
  pushIntervalMs: 500,
  doubtMs: 1_000,
  doubtForMs: 2_000,
};

export const report = (id: string, more: Partial<ReplicaReport> = {}): ReplicaReport => ({
  id,
  bootId: `${id}-a`,
  pid: 1,
  role: 'standby',
  term: 0,
  parcelsInFlight: 0,
  committed: 0,
  reaches: { postgres: true, redis: true, gateway: true },
  stalledMs: null,
  ...more,
});

export const row = (
  term: number,
  leader: string | null,
  bootId = leader === null ? null : `${leader}-a`,
): Leadership => ({
  partition: 0,
  term,
  leader,
  bootId,
  reason: 'a test',
  electedAt: '2026-01-01T00:00:00.000Z',
});

/**
 * Longer than the additional patience of a monitor after its start, and than the grace of a new
 * leader.
 */
const SETTLED_MS = 5_000;

/** Drives the machine by hand: its clock moves only on request, and it records every effect. */
export class Machine {
  now = 1_000;
  random = 0;
  effects: readonly Effect[] = [];
  last: Step;

  constructor(
    settings: Partial<Settings> = {},
    public state: State = initialState({ ...SETTINGS, ...settings }),
  ) {
    this.last = { state, effects: [], decision: '' };
  }

  /** @returns the effects of this input alone. */
  happen(event: InputBody): readonly Effect[] {
    this.last = step(this.state, { ...event, now: this.now, random: this.random });
    this.state = this.last.state;
    this.effects = [...this.effects, ...this.last.effects];
    return this.last.effects;
  }

  /** Ticks on, with the replicas named beating every 100 ms. */
  pass(ms: number, beating: readonly ReplicaReport[] = []): readonly Effect[] {
    const end = this.now + ms;
    let effects: readonly Effect[] = [];
    while (this.now < end) {
      this.now += this.state.settings.tickMs;
      if (this.now % 100 === 0)
        for (const each of beating) effects = [...effects, ...this.beat(each)];
      effects = [...effects, ...this.tick()];
    }
    return effects;
  }

  /** Passes the first seconds, in which the monitor tolerates every silence. Pings are answered. */
  settle(): void {
    const end = this.now + SETTLED_MS;
    while (this.now < end) {
      const effects = this.pass(100, ALL);
      for (const { replica } of ofType(effects, 'ping')) {
        const each = ALL.find(({ id }) => id === replica) as ReplicaReport;
        this.happen({ type: 'ping-answered', replica, report: each, sentAt: this.now });
      }
    }
  }

  tick(): readonly Effect[] {
    return this.happen({ type: 'tick', wallMs: this.now });
  }

  beat(each: ReplicaReport): readonly Effect[] {
    return this.happen({ type: 'beat', replica: each.id, report: each });
  }

  /** Stream open and beating. */
  connect(...reports: ReplicaReport[]): void {
    for (const each of reports) {
      this.happen({ type: 'stream-opened', replica: each.id });
      this.beat(each);
    }
  }

  kill(replica: string): readonly Effect[] {
    const closed = this.happen({ type: 'stream-closed', replica });
    return [
      ...closed,
      ...this.happen({ type: 'ping-failed', replica, cause: 'refused', sentAt: this.now }),
    ];
  }

  get phase(): PhaseName {
    return this.state.phase.name;
  }
}

export const LEADING = report('server_1', { role: 'leading', term: 1 });
export const STANDBYS = [report('server_2', { term: 1 }), report('server_3', { term: 1 })];
export const ALL = [LEADING, ...STANDBYS];

/**
 * server_1 leads in term 1, every replica is alive, and the additional patience of the monitor
 * after its start is over.
 */
export function watching(settings: Partial<Settings> = {}): Machine {
  const machine = new Machine(settings);
  machine.tick();
  machine.happen({ type: 'leadership-read', leadership: row(1, 'server_1') });
  machine.happen({ type: 'admin-read', admin: {} });
  machine.connect(...ALL);
  machine.settle();
  machine.effects = [];
  return machine;
}

/**
 * A machine in each phase, reached by real inputs: the table of failover.ts. A new phase without a
 * row does not compile.
 */
export const REACH: Readonly<Record<Phase['name'], () => Machine>> = {
  'observing': () => {
    const machine = new Machine();
    machine.tick();
    return machine;
  },
  'watching': () => watching(),
  'confirming': () => {
    const machine = watching();
    machine.happen({ type: 'stream-closed', replica: 'server_1' });
    return machine;
  },
  'voting': () => {
    const machine = watching();
    machine.kill('server_1');
    return machine;
  },
  'no-candidate': () => {
    const machine = watching();
    for (const id of ['server_2', 'server_3', 'server_1']) machine.kill(id);
    return machine;
  },
  'promoting': () => {
    const machine = REACH.voting();
    machine.happen({
      type: 'vote-answered',
      term: 1,
      votes: 1,
      elected: true,
      leadership: row(2, 'server_2'),
    });
    return machine;
  },
  'handing-over': () => {
    const machine = watching();
    machine.happen({
      type: 'handover-requested',
      request: { id: 1, to: null, kind: 'planned', reason: 'a test' },
    });
    return machine;
  },
  'doubting': () => {
    const machine = watching();
    machine.now += 1_500;
    machine.tick();
    return machine;
  },
};

export const ofType = <T extends Effect['type']>(
  effects: readonly Effect[],
  type: T,
): Extract<Effect, { type: T }>[] =>
  effects.filter((effect): effect is Extract<Effect, { type: T }> => effect.type === type);

export const eventNames = (effects: readonly Effect[]): string[] =>
  ofType(effects, 'emit').map(({ event }) => event.name);

/** The answer to the vote of the term before: `leader` leads `term`. */
export const elect = (
  machine: Machine,
  term = 2,
  leader = 'server_2',
): ReturnType<Machine['happen']> =>
  machine.happen({
    type: 'vote-answered',
    term: term - 1,
    votes: 1,
    elected: true,
    leadership: row(term, leader),
  });
