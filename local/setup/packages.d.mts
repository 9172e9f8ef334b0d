/** Types of packages.mjs, which also runs before TypeScript is installed. */
export function isInstalled(root: string): boolean;
