/**
 * The queue of parcels as BullMQ stores it in Redis: first in, first out. A fetched job stays in
 * the active list, locked by its worker's token, until it is completed or moved back to the front.
 * Redis may lose its data at any time, and a job may exist twice.
 */
import type { Parcel } from '../../shared/queue/queue.js';
import type { Checks } from '../invariants/checks.js';
import { Engine } from './engine.js';
import type { Exchange, Network } from './network.js';
import type { Process } from './process.js';
import type { QueueJob } from './records.js';
import type { World } from './world.js';

/** A worker that blocks until a marker says that there is work. */
interface Blocked {
  caller: Process;
  life: number;
  untilMs: number;
  exchange: Exchange<true>;
}

/** Longest wait for one answer, in ms. */
const TIMEOUT_MS = 120;
/** Longest blocking wait for a job, in ms. */
const BLOCK_MS = 300;

export class ParcelQueue extends Engine {
  /** Fetched from the start of the list. */
  waiting: QueueJob[] = [];
  /** Oldest first. */
  active: QueueJob[] = [];
  /** Answers reads and counts, and refuses writes. */
  refusesWrites = false;
  private blocked: Blocked[] = [];
  private lastId = 0;

  constructor(
    world: World,
    network: Network,
    node: number,
    private readonly checks: Checks,
  ) {
    super(world, network, 'redis', node);
  }

  /**
   * @param onResult false: no answer. @param front inserts one after the other at the front; else
   *   behind all others.
   */
  add(
    caller: Process,
    parcels: readonly Parcel[],
    front: boolean,
    onResult: (taken: boolean) => void,
  ): void {
    const run = (): boolean => {
      if (this.refusesWrites) return false;
      for (const data of parcels) this.put({ id: (this.lastId += 1), data, token: null }, front);
      this.wakeOne();
      return true;
    };
    this.ask(caller, TIMEOUT_MS, 'an enqueue', run, (answer) => onResult(answer === true));
  }

  count(caller: Process, onResult: (waiting: number | null) => void): void {
    this.ask(caller, TIMEOUT_MS, 'a count', () => this.waiting.length, onResult);
  }

  /** The next job; null: none waits, or no answer. */
  fetchJob(caller: Process, token: string, onResult: (job: QueueJob | null) => void): void {
    this.ask<QueueJob | null>(
      caller,
      TIMEOUT_MS,
      'a fetch',
      () => (this.refusesWrites ? null : this.take(token)),
      onResult,
    );
  }

  /** Blocks until there may be work, or for a while. */
  wait(caller: Process, onResult: () => void): void {
    const { life } = caller;
    this.network.call<true>(
      caller,
      this,
      BLOCK_MS,
      (exchange) => {
        this.blocked.push({ caller, life, untilMs: this.world.nowMs + BLOCK_MS, exchange });
        if (this.waiting.length > 0 && !this.refusesWrites) this.wakeOne();
      },
      onResult,
    );
  }

  complete(caller: Process, { id }: QueueJob, token: string): void {
    const run = (): void => {
      if (this.refusesWrites) return;
      this.active = this.active.filter((job) => job.id !== id || job.token !== token);
    };
    this.ask(caller, TIMEOUT_MS, 'a completion', run, () => undefined);
  }

  /** The oldest parcels, active or waiting. */
  peek(caller: Process, limit: number, onResult: (jobs: readonly QueueJob[] | null) => void): void {
    this.ask(
      caller,
      TIMEOUT_MS,
      'a read',
      () => [...this.active, ...this.waiting].slice(0, limit),
      onResult,
    );
  }

  /** Ids in the active list, oldest first. */
  listActive(caller: Process, onResult: (ids: readonly number[] | null) => void): void {
    this.ask(caller, TIMEOUT_MS, 'a list', () => this.active.map(({ id }) => id), onResult);
  }

  /** Moves active jobs to the front, one by one in this order. @param token null: of any worker. */
  moveToWait(
    caller: Process,
    ids: readonly number[],
    token: string | null,
    onResult: (moved: number | null) => void,
  ): void {
    const run = (): number | null => {
      if (this.refusesWrites) return null;
      const moved = ids.filter((id) => this.moveOne(id, token));
      if (token === null) this.checks.queue.checkReclaim(moved);
      this.wakeOne();
      return moved.length;
    };
    this.ask<number | null>(caller, TIMEOUT_MS, 'a move', run, onResult);
  }

  /** Deletes all data. */
  wipe(): void {
    this.world.log?.(this.name, 'loses all data');
    this.waiting = [];
    this.active = [];
    this.checks.queue.queueFailed();
  }

  /** From now on the queue may lose parcels that it is asked to store. */
  failStatements(): void {
    this.checks.queue.queueFailed();
  }

  /**
   * The queue considers a job stalled: the job exists twice, and one copy is held by no known
   * worker.
   */
  duplicate(): void {
    const job = this.active[0] ?? this.waiting[0];
    if (!job) return;
    this.world.log?.(this.name, `has job ${job.id} twice`);
    this.put({ id: (this.lastId += 1), data: job.data, token: null }, false);
    this.wakeOne();
  }

  protected override dropCaller(): void {
    this.blocked = [];
    this.checks.queue.queueFailed();
  }

  private take(token: string): QueueJob | null {
    const next = this.waiting.shift();
    if (!next) return null;
    const job = { ...next, token };
    this.active.push(job);
    this.checks.queue.checkFetch(job);
    return job;
  }

  private moveOne(id: number, token: string | null): boolean {
    const job = this.active.find((each) => each.id === id);
    if (!job || (token !== null && job.token !== token)) return false;
    this.active = this.active.filter((each) => each !== job);
    this.put({ ...job, token: null }, true);
    return true;
  }

  private put(job: QueueJob, front: boolean): void {
    if (front) this.waiting.unshift(job);
    else this.waiting.push(job);
  }

  /** One marker wakes one worker. A closed connection no longer waits. */
  private wakeOne(): void {
    for (let next = this.blocked.shift(); next; next = this.blocked.shift()) {
      if (next.untilMs >= this.world.nowMs && next.caller.life === next.life)
        return next.exchange.reply(true);
    }
  }
}
