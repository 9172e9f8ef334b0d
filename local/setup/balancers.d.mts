/** Types of balancers.mjs, which also runs before TypeScript is installed. */
export function getBalancers(words: readonly string[]): string[];
export function hasBalancer(name: string): boolean;
export function provideBalancer(name: string): Promise<void>;
