/**
 * Performs the flows of a cell, in one wave per act of the fault. The act happens in the middle of
 * flows: a third of the flows under way waits at the bill or has ended, half of those at the bill
 * pay, and the first payment was answered. The others pay when the fault is in effect.
 */
import { race, settleAll } from '../settle.js';
import type { FaultEvent, FlowRecord } from './figures.js';
import type { FaultAct, FaultScene } from './cell-faults.js';
import { BillGate, Desks } from './gates.js';
import { performFlow, type FlowPlace } from './perform-flow.js';

/**
 * Identifications at once: an instance compares two codes at once and lets eight wait, and one
 * instance may have to serve all.
 */
const DESKS = 8;
/** Flows at once. */
const CLIENTS = 40;

export interface WaveOptions {
  scene: Omit<FaultScene, 'onEffect' | 'note'>;
  /** Numbers of the patients; each has one flow. */
  patients: readonly number[];
  /** How often a client identifies its patient again after a lost session. */
  identifiesAgain: number;
  onProgress: (flows: number) => void;
}

interface Wave {
  flows: Promise<FlowRecord[]>;
  /** Resolves when the first payment is answered. */
  paid: Promise<void>;
}

function startWave(
  { scene: { running, signal }, patients, identifiesAgain, onProgress }: WaveOptions,
  gate: BillGate,
): Wave {
  const desks = new Desks(DESKS);
  let onPaid = (): void => undefined;
  const paid = new Promise<void>((resolve) => (onPaid = resolve));
  const toPlace = (patient: number): FlowPlace => ({
    url: running.url,
    patient,
    identifiesAgain,
    signal,
    before: async (name) => {
      if (name === 'identify') await desks.take();
      if (name === 'pay') await gate.pass();
    },
    after: ({ name }) => {
      if (name === 'identify') desks.leave();
      if (name === 'pay') onPaid();
    },
  });
  const left = [...patients];
  const records: FlowRecord[] = [];
  const serve = async (): Promise<void> => {
    for (let patient = left.shift(); patient !== undefined; patient = left.shift()) {
      records.push(await performFlow(toPlace(patient)));
      gate.onEnd();
      onProgress(records.length);
    }
  };
  const release = (): void => [desks, gate].forEach((place) => place.open());
  signal.addEventListener('abort', release, { once: true });
  const flows = settleAll(Array.from({ length: CLIENTS }, serve))
    .then(() => records)
    .finally(() => signal.removeEventListener('abort', release));
  return { paid, flows };
}

async function performWave(
  options: WaveOptions,
  act: FaultAct,
  note: (what: string) => void,
): Promise<FlowRecord[]> {
  const gate = new BillGate(Math.ceil(Math.min(CLIENTS, options.patients.length) / 3));
  const { flows, paid } = startWave(options, gate);
  const disturb = async (): Promise<void> => {
    try {
      await race(gate.reached, flows);
      if (gate.openForHalf() > 0) await race(paid, flows);
      await act({ ...options.scene, note, onEffect: () => gate.open() });
    } finally {
      gate.open();
    }
  };
  const [records] = await settleAll([flows, disturb()] as const);
  return records;
}

/** Parts of almost equal size. */
export const splitEvenly = <T>(all: readonly T[], parts: number): T[][] =>
  Array.from({ length: parts }, (_, part) => all.filter((_one, index) => index % parts === part));

/** @throws AbortError, and the error of an act. */
export async function performWaves(
  options: WaveOptions,
  acts: readonly FaultAct[],
): Promise<{ flows: FlowRecord[]; events: FaultEvent[] }> {
  const events: FaultEvent[] = [];
  const note = (what: string): void =>
    void events.push({ atMs: performance.timeOrigin + performance.now(), what });
  const flows: FlowRecord[] = [];
  const parts = splitEvenly(options.patients, acts.length);
  for (const [index, act] of acts.entries()) {
    const done = flows.length;
    const onProgress = (count: number): void => options.onProgress(done + count);
    flows.push(
      ...(await performWave({ ...options, patients: parts[index] ?? [], onProgress }, act, note)),
    );
  }
  return { flows, events };
}
