/** Types of prisma.mjs, which also runs before TypeScript is installed. */
export function isGenerated(root: string): boolean;
