/**
 * The payments that one leader has deferred and that are not final yet, by patient, in the order of
 * acceptance. They decide two things: a later payment of the same patient is not finished before
 * them (I7), and the next load of that patient begins with them.
 */
export interface PaymentRef {
  id: string;
  seq: number;
  patientId: string;
}

interface Entry {
  readonly id: string;
  readonly seq: number;
  /** When the next attempt is due, monotonic ms. */
  dueMs: number;
}

export class Blocked {
  /** Oldest first; never empty. */
  private readonly patients = new Map<string, Entry[]>();

  /** Number of patients with a deferred payment. */
  get size(): number {
    return this.patients.size;
  }

  /**
   * When the patient's oldest deferred payment before `seq` is due, in monotonic ms; null: there is
   * none.
   */
  dueBefore(patientId: string, seq: number): number | null {
    const oldest = this.patients.get(patientId)?.[0];
    return oldest && oldest.seq < seq ? oldest.dueMs : null;
  }

  /**
   * The lowest `seq` of the patient's deferred payments that are not in flight; null: there is
   * none.
   */
  lowestIdle(patientId: string, inFlight: Pick<ReadonlySet<string>, 'has'>): number | null {
    return this.patients.get(patientId)?.find(({ id }) => !inFlight.has(id))?.seq ?? null;
  }

  /**
   * Removes payments that became final without an answer to this leader: a statement whose answer
   * was lost may wait for a lock and then succeed. A load reads every pending payment of a patient
   * after the bound, so a deferred payment missing from the rows is final.
   * @param rows the pending payments that a load read, oldest first.
   * @param afterSeq the load read only payments after this `seq`, by patient.
   * @returns the ids of the payments removed.
   */
  takeFinal(rows: readonly PaymentRef[], afterSeq: ReadonlyMap<string, number>): string[] {
    const newest = new Map<string, number>();
    for (const { patientId, seq } of rows)
      if (this.patients.has(patientId)) newest.set(patientId, seq);
    if (newest.size === 0) return [];
    const pending = new Set(rows.map(({ id }) => id));
    return [...newest].flatMap(([patientId, last]) => {
      const first = afterSeq.get(patientId) ?? 0;
      const final = (this.patients.get(patientId) ?? []).filter(
        ({ id, seq }) => seq > first && seq < last && !pending.has(id),
      );
      for (const { id } of final) this.remove({ id, patientId });
      return final.map(({ id }) => id);
    });
  }

  /** Defers the payment until `dueMs`. */
  add({ id, seq, patientId }: PaymentRef, dueMs: number): void {
    const entries = this.patients.get(patientId);
    if (!entries) {
      this.patients.set(patientId, [{ id, seq, dueMs }]);
      return;
    }
    const index = entries.findIndex((entry) => entry.seq >= seq);
    if (index < 0) entries.push({ id, seq, dueMs });
    else if (entries[index]?.id === id) entries[index].dueMs = dueMs;
    else entries.splice(index, 0, { id, seq, dueMs });
  }

  /** Removes a payment that has its final status. */
  remove({ id, patientId }: Pick<PaymentRef, 'id' | 'patientId'>): void {
    const entries = this.patients.get(patientId);
    const index = entries?.findIndex((entry) => entry.id === id) ?? -1;
    if (!entries || index < 0) return;
    entries.splice(index, 1);
    if (entries.length === 0) this.patients.delete(patientId);
  }
}
