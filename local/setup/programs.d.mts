/** Types of programs.mjs, which also runs before TypeScript is installed. */
export const REDIS_SERVERS: readonly string[];
export function findProgram(names: readonly string[], ours?: readonly string[]): string | null;
export const BALANCER_PROGRAMS: Readonly<
  Record<
    'haproxy' | 'apache' | 'nginx',
    { label: string; names: readonly string[]; packageName: string }
  >
>;
export const CLUSTER_PROGRAMS: Readonly<
  Record<'etcd' | 'patroni', { label: string; names: readonly string[]; packageNames: string[] }>
>;
export const JAVA: Readonly<{ label: string; names: readonly string[]; packageName: string }>;
export const ZOOKEEPER_JARS: readonly string[];
export function findPostgresVersions(): { major: number; binDir: string }[];
