/** What is going to happen, by virtual time; at the same time in the order in which it was planned. A binary heap. */
import type { Process } from './process.js';

export interface SimulatedEvent {
  atMs: number;
  order: number;
  /** In whose life it happens; null: in nobody's, it always does. */
  owner: Process | null;
  life: number;
  /** Null: called off. */
  run: (() => void) | null;
}

const isBefore = (a: SimulatedEvent, b: SimulatedEvent): boolean => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);

export class EventQueue {
  private readonly heap: SimulatedEvent[] = [];

  push(event: SimulatedEvent): void {
    const { heap } = this;
    let index = heap.length;
    heap.push(event);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent] as SimulatedEvent;
      if (isBefore(above, event)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = event;
  }

  /** The next event; undefined when nothing is planned. */
  pop(): SimulatedEvent | undefined {
    const { heap } = this;
    const first = heap[0];
    const last = heap.pop();
    if (first !== undefined && last !== undefined && heap.length > 0) this.sink(last);
    return first;
  }

  private sink(event: SimulatedEvent): void {
    const { heap } = this;
    let index = 0;
    for (let child = 1; child < heap.length; child = 2 * index + 1) {
      const right = child + 1;
      if (right < heap.length && isBefore(heap[right] as SimulatedEvent, heap[child] as SimulatedEvent)) child = right;
      const below = heap[child] as SimulatedEvent;
      if (isBefore(event, below)) break;
      heap[index] = below;
      index = child;
    }
    heap[index] = event;
  }
}
