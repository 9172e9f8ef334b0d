/** The interface of a fault of the measurement rounds. */
import type { RowDefinition } from './rows.js';
import type { MeasurementScene } from './scene.js';

/** A fault that was injected. */
export interface OpenRoundFault {
  /** Names of the affected processes. */
  target: string;
  /** When it began; wall clock, ms since 1970. */
  atMs: number;
  /** Ends the fault, so that the parts return. */
  heal: () => Promise<void>;
  /** Checks another effect before the end. @returns a problem in one sentence, or null. */
  check?: () => Promise<string | null>;
}

export interface MeasurementFault extends RowDefinition {
  /** Shortest duration, ms. The fault also lasts until the next mean. */
  holdMs(scene: MeasurementScene): number;
  /** Whether rounds go on only after its end: the time to the next mean counts from there. */
  stopsAll?: true;
  /** Share of the trials of a run that this row gets. Default: 1. */
  share?: number;
  /** @throws Error when the system is not in the state that the fault needs. */
  inject(scene: MeasurementScene): Promise<OpenRoundFault>;
}
