/** Types of lock.mjs, which also runs before TypeScript is installed. */
export function alone<T>(file: string, work: () => Promise<T>): Promise<T>;
