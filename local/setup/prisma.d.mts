/** Types of prisma.mjs, which also runs before TypeScript is installed. */
export function generated(root: string): boolean;
