/** Types of standby.mjs, which also runs before TypeScript is installed. */
export function needsStandby(words: readonly string[]): boolean;
export function hasStandby(): boolean;
export function adviceOnStandby(): string;
export function provideStandby(): Promise<void>;
