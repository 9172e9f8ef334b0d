/** The types of programs.mjs. */
export interface Program {
  /** From the project's root. */
  file?: string;
  redis?: true;
  hasHelp?: true;
  describe?: string;
  details?: string;
  examples?: readonly (readonly [line: string, does: string])[];
}
export const PROGRAMS: Readonly<Record<string, Program>>;
