/** The part of a balancer's process that differs between the programs. */
import type { ControlFile } from '../../shared/balancer/control.js';

/** One kind of balancer. */
export interface BalancerEngine {
  /** Argument with which the program prints its version and ends. */
  versionFlag: string;
  /** Writes the configuration into `file.folder`. */
  configure(file: ControlFile): Promise<void>;
  /** Arguments of the server in the foreground. */
  args(folder: string): string[];
  /** Arguments that check the configuration and end. */
  checkArgs(folder: string): string[];
  stopSignal: NodeJS.Signals;
  /** Loads the configuration again without losing a request. */
  reload(file: ControlFile, pid: number): Promise<void>;
}
