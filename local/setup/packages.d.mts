/** Types of packages.mjs, which also runs before TypeScript is there. */
export function installed(root: string): boolean;
