/** Types of prisma.mjs, which also runs before TypeScript is there. */
export function generated(root: string): boolean;
