/** A process of a system and its port. */
import type { ProcessKind } from './processes/process-spec.js';

export interface Place {
  name: string;
  kind: ProcessKind;
  /** Port without offset, used when ports are fixed. */
  fixedPort: number;
}
