/**
 * A model of a ZooKeeper ensemble of three: one history of committed writes, members that apply it
 * later (so reads may be stale), sessions with ephemeral nodes. Without a majority, nothing is
 * answered and the clocks of the sessions stand still, as in ZooKeeper. A request of a connection
 * that the session has left is not carried out (`SessionMoved`).
 */
import type { NodeOperation } from '../../shared/zookeeper/transaction.js';
import { Process } from '../model/process.js';
import type { World } from '../model/world.js';

export interface SimulatedNode {
  text: string;
  version: number;
  /** Number of the write that created it. */
  czxid: number;
  /** The session of an ephemeral node; null: persistent. */
  owner: number | null;
}

type Tree = Map<string, SimulatedNode>;
type Effect = readonly [path: string, node: SimulatedNode | null];

interface Session {
  isAlive: boolean;
  /** When a request of it arrived last. */
  heardMs: number;
  /** Its present connection. */
  link: number;
}

/** The result of a write; null: refused. `path`: the last node that was created. */
export type CommittedWrite = { path: string } | null;

const MAJORITY = 2;
const TICK_MS = 20;
/** Usual time until a member applies a write: 0 to this. */
const APPLY_MS = 4;

function applyEffects(tree: Tree, effects: readonly Effect[]): void {
  for (const [path, node] of effects)
    if (node) tree.set(path, node);
    else tree.delete(path);
}

export class EnsembleMember extends Process {
  readonly tree: Tree = new Map();
  /** Number of applied writes. */
  applied = 0;
  /** Additional time until a write is applied: 0 to this. */
  lagMs = 0;
  /** Called once, at the next change. */
  readonly watchers = new Set<() => void>();
  private waiting: { index: number; answer: () => void }[] = [];

  /** The history of the ensemble. */
  history: readonly (readonly Effect[])[] = [];

  override onStart(): void {
    this.watchers.clear();
    this.waiting = [];
    this.apply(this.history.length);
  }

  apply(until: number): void {
    if (until <= this.applied) return;
    for (; this.applied < until; this.applied += 1)
      applyEffects(this.tree, this.history[this.applied] ?? []);
    const watchers = [...this.watchers];
    this.watchers.clear();
    watchers.forEach((notify) => notify());
    const due = this.waiting.filter(({ index }) => index <= this.applied);
    this.waiting = this.waiting.filter(({ index }) => index > this.applied);
    due.forEach(({ answer }) => answer());
  }

  /** Answers when this member has applied as many writes. */
  whenApplied(index: number, answer: () => void): void {
    if (index <= this.applied) answer();
    else this.waiting.push({ index, answer });
  }

  /** The names of the children of a path. */
  children(parent: string): string[] {
    const prefix = `${parent}/`;
    return [...this.tree.keys()]
      .filter((path) => path.startsWith(prefix))
      .map((path) => path.slice(prefix.length));
  }
}

export class Ensemble {
  readonly members: EnsembleMember[];
  /** The committed state. */
  readonly tree: Tree = new Map();
  private readonly history: (readonly Effect[])[] = [];
  private readonly sessions = new Map<number, Session>();
  private sequence = 0;
  private hadMajority = true;

  constructor(
    private readonly world: World,
    nodes: readonly number[],
    private readonly timeoutMs: number,
  ) {
    this.members = nodes.map(
      (node, index) => new EnsembleMember(world, `zookeeper_${index + 1}`, node),
    );
    for (const member of this.members) member.history = this.history;
    this.commit([['/counter', { text: '0', version: 0, czxid: 1, owner: null }]]);
    world.plan(TICK_MS, null, () => this.tick());
  }

  get hasMajority(): boolean {
    return this.members.filter(({ alive, frozen }) => alive && !frozen).length >= MAJORITY;
  }

  isAlive(session: number): boolean {
    return this.sessions.get(session)?.isAlive === true;
  }

  /**
   * Connects a session to a member. @param session null: a new one. @param seen number of writes
   *   that the client has seen: a member that knows fewer refuses.
   * @returns the session; `expired`; null: refused.
   */
  attach(
    member: EnsembleMember,
    session: number | null,
    link: number,
    seen: number,
  ): number | 'expired' | null {
    if (!this.hasMajority || member.applied < seen) return null;
    const { nowMs } = this.world;
    if (session === null) {
      const id = this.world.number();
      this.sessions.set(id, { isAlive: true, heardMs: nowMs, link });
      return id;
    }
    const known = this.sessions.get(session);
    if (!known?.isAlive) return 'expired';
    Object.assign(known, { heardMs: nowMs, link });
    return session;
  }

  /** A request arrives at a member. @returns whether it is carried out. */
  hear(session: number, link: number): boolean {
    const known = this.sessions.get(session);
    if (!this.hasMajority || !known?.isAlive || known.link !== link) return false;
    known.heardMs = this.world.nowMs;
    return true;
  }

  /**
   * Carries out all operations or none. @param answer called when `member` has applied them; never
   *   when the session has ended or left the connection. @param beforeCommit called when all
   *   conditions hold.
   */
  write(
    member: EnsembleMember,
    { session, link }: { session: number; link: number },
    operations: readonly NodeOperation[],
    answer: (written: CommittedWrite) => void,
    beforeCommit: () => void,
  ): void {
    this.world.plan(this.world.chance.below(APPLY_MS), null, () => {
      if (!this.hear(session, link)) return;
      const effects = this.toEffects(operations, session);
      if (effects) {
        beforeCommit();
        this.commit(effects);
      }
      const index = this.history.length;
      const last = effects?.at(-1)?.[0] ?? '';
      if (member.alive) member.whenApplied(index, () => answer(effects && { path: last }));
    });
  }

  /** An operator removes a node. */
  remove(path: string): void {
    if (this.tree.has(path)) this.commit([[path, null]]);
  }

  private toEffects(operations: readonly NodeOperation[], session: number): Effect[] | null {
    const effects: Effect[] = [];
    const now: Tree = new Map(this.tree);
    for (const operation of operations) {
      const effect = this.toEffect(operation, now, session);
      if (effect === 'impossible') return null;
      if (effect === null) continue;
      applyEffects(now, [effect]);
      effects.push(effect);
    }
    return effects;
  }

  private toEffect(
    operation: NodeOperation,
    now: Tree,
    session: number,
  ): Effect | null | 'impossible' {
    const { path } = operation;
    const node = now.get(path);
    if (operation.kind === 'create') {
      if (node) return 'impossible';
      const { text, mode } = operation;
      const owner = mode === 'persistent' ? null : session;
      const created = { text, version: 0, czxid: this.history.length + 1, owner };
      if (mode !== 'ephemeral-sequential') return [path, created];
      this.sequence += 1;
      return [`${path}${String(this.sequence).padStart(10, '0')}`, created];
    }
    if (!node) return 'impossible';
    if (operation.kind === 'exists') return null;
    if (operation.kind === 'remove') return [path, null];
    if (operation.version >= 0 && operation.version !== node.version) return 'impossible';
    return operation.kind === 'unchanged'
      ? null
      : [path, { ...node, text: operation.text, version: node.version + 1 }];
  }

  private commit(effects: readonly Effect[]): void {
    const { chance } = this.world;
    applyEffects(this.tree, effects);
    this.history.push(effects);
    const index = this.history.length;
    for (const member of this.members)
      if (member.alive)
        member.in(
          chance.below(APPLY_MS) + (member.lagMs > 0 ? chance.below(member.lagMs) : 0),
          () => member.apply(index),
        );
  }

  /** Ends silent sessions; after a time without a majority, all of them count anew. */
  private tick(): void {
    const { nowMs } = this.world;
    this.world.plan(TICK_MS, null, () => this.tick());
    if (!this.hasMajority) {
      this.hadMajority = false;
      return;
    }
    for (const [id, session] of this.sessions) {
      if (!session.isAlive) continue;
      if (!this.hadMajority) session.heardMs = nowMs;
      if (nowMs - session.heardMs > this.timeoutMs) this.expire(id, session);
    }
    this.hadMajority = true;
  }

  private expire(id: number, session: Session): void {
    this.world.log?.('ensemble', `ends session ${id}`);
    session.isAlive = false;
    const owned = [...this.tree].filter(([, { owner }]) => owner === id);
    if (owned.length > 0) this.commit(owned.map(([path]) => [path, null] as const));
  }
}
