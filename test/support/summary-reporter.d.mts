interface FileResult {
  testFilePath: string;
  testResults: { status: string; title: string; ancestorTitles: string[] }[];
}

/** @returns one line per reason in each file. */
export function skippedLines(results: readonly FileResult[], rootDir: string): string[];
