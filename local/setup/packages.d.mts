/** Types of packages.mjs, which also runs before TypeScript is installed. */
export function isInstalled(root: string): boolean;
export function npmCommand(): string[];
export function installPackages(root: string, what?: string): Promise<void>;
