/** Types of test-tools.mjs. */
export type ToolName =
  'chromium' | 'prometheus' | 'balancers' | 'patroni' | 'zookeeper' | 'kubectl';
export declare function findTool(root: string, name: ToolName): string[] | null;
export declare function adviceOn(name: ToolName): string;
export declare function getTools(paths: readonly string[]): ToolName[];
export declare function provideTestTools(
  root: string,
  paths: readonly string[],
  inCi: boolean,
): Promise<void>;
