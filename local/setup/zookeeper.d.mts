/** Types of zookeeper.mjs, which also runs before TypeScript is installed. */
export function needsZookeeper(words: readonly string[]): boolean;
export function hasZookeeper(): boolean;
export function adviceOnZookeeper(): string;
export function provideZookeeper(): Promise<void>;
