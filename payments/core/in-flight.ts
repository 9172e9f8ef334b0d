/**
 * Tracks the payments in flight, and how far each patient's payments were loaded: a later load need
 * not return those again. The bound of a patient is removed with the last of its payments.
 */
export interface Claimed {
  id: string;
  seq: number;
  patientId: string;
}

export class InFlight {
  private readonly ids = new Set<string>();
  private readonly patients = new Map<string, { throughSeq: number; count: number }>();

  get size(): number {
    return this.ids.size;
  }

  list(): readonly string[] {
    return [...this.ids];
  }

  has(id: string): boolean {
    return this.ids.has(id);
  }

  /** Highest `seq` loaded, for each patient with payments in flight. */
  bounds(): Map<string, number> {
    return new Map(
      [...this.patients].map(([patientId, { throughSeq }]) => [patientId, throughSeq]),
    );
  }

  enter(payments: readonly Claimed[]): void {
    for (const { id, seq, patientId } of payments) {
      const patient = this.patients.get(patientId);
      this.ids.add(id);
      if (patient) {
        patient.throughSeq = Math.max(seq, patient.throughSeq);
        patient.count += 1;
      } else {
        this.patients.set(patientId, { throughSeq: seq, count: 1 });
      }
    }
  }

  leave(payments: readonly Claimed[]): void {
    for (const { id, patientId } of payments) {
      const patient = this.patients.get(patientId);
      if (!this.ids.delete(id) || !patient) continue;
      patient.count -= 1;
      if (patient.count === 0) this.patients.delete(patientId);
    }
  }
}
