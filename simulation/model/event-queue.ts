/**
 * Planned events by virtual time; events of the same time in the order of planning. A binary heap.
 */
export interface Timed {
  readonly atMs: number;
  readonly order: number;
}

const isBefore = (a: Timed, b: Timed): boolean =>
  a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);

export class EventQueue<T extends Timed> {
  private readonly heap: T[] = [];

  push(event: T): void {
    const { heap } = this;
    let index = heap.length;
    heap.push(event);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent] as T;
      if (isBefore(above, event)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = event;
  }

  /** The next event; undefined when none is planned. */
  pop(): T | undefined {
    const { heap } = this;
    const first = heap[0];
    const last = heap.pop();
    if (first !== undefined && last !== undefined && heap.length > 0) this.sink(last);
    return first;
  }

  private sink(event: T): void {
    const { heap } = this;
    let index = 0;
    for (let child = 1; child < heap.length; child = 2 * index + 1) {
      const right = child + 1;
      if (right < heap.length && isBefore(heap[right] as T, heap[child] as T)) child = right;
      const below = heap[child] as T;
      if (isBefore(event, below)) break;
      heap[index] = below;
      index = child;
    }
    heap[index] = event;
  }
}
