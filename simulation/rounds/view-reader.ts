/**
 * Reads the state of the ensemble one node after the other, as measurements/device/read-view.ts
 * does: other devices may write in between.
 */
import type { DeviceMeasurement, RoundView } from '../../measurements/core/types.js';
import { sortCandidates } from '../../shared/zookeeper/election.js';
import type { EnsembleLink } from './ensemble-link.js';
import type { RoundSystem } from './round-system.js';

export class Reader {
  constructor(
    private readonly link: EnsembleLink,
    private readonly system: RoundSystem,
  ) {}

  /** @param onView null: no answer. */
  read(onView: (view: RoundView | null) => void): void {
    const { link } = this;
    link.readChildren('/election', (nodes) => {
      if (nodes === null) return onView(null);
      link.readNode('/barrier', (barrier) => {
        if (barrier === null) return onView(null);
        link.readNode('/counter', (counter) => {
          if (counter === null) return onView(null);
          const view: RoundView = {
            candidates: sortCandidates(nodes).map((node) => ({
              node,
              device: node.slice(0, node.indexOf('-')),
            })),
            barrier: barrier ? (JSON.parse(barrier.text) as RoundView['barrier']) : null,
            counter: counter ? { round: Number(counter.text), version: counter.version } : null,
            measurements: [],
            periodMs: this.system.periodMs,
          };
          if (view.barrier) this.readMeasurements(view, onView);
          else onView(view);
        });
      });
    });
  }

  private readMeasurements(view: RoundView, onView: (view: RoundView | null) => void): void {
    this.link.readChildren('/mediciones', (devices) => {
      if (devices === null) return onView(null);
      const measurements: DeviceMeasurement[] = [];
      let open = devices.length;
      if (open === 0) onView(view);
      for (const device of devices)
        this.link.readNode(`/mediciones/${device}`, (node) => {
          if (node) measurements.push({ device, ...this.toMeasurement(node.text, view) });
          open -= 1;
          if (open === 0) onView({ ...view, measurements });
        });
    });
  }

  private toMeasurement(text: string, { barrier }: RoundView): Omit<DeviceMeasurement, 'device'> {
    const { round, ms } = JSON.parse(text) as { round: number; ms: number };
    return this.system.rules.readsRoundOfMeasurement
      ? { round, ms }
      : { round: barrier?.round ?? round, ms };
  }
}
