/** A process that exits right after it wrote more than a pipe holds. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const LENGTH = 4_000_000;

/** @returns the length of the output received from the pipe, and the exit code. */
async function lengthOf(end: string): Promise<{ length: number; code: number | null }> {
  const program = `import { exitWhenWritten } from './shared/exit.ts'; process.stdout.write('x'.repeat(${LENGTH})); ${end}`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let length = 0;
  child.stdout.on('data', (piece: Buffer) => (length += piece.length));
  const code = await new Promise<number | null>((resolve) => void child.once('close', resolve));
  return { length, code };
}

test('exits once the pipe has accepted all output', async () => {
  expect(await lengthOf('await exitWhenWritten(3)')).toEqual({ length: LENGTH, code: 3 });
});

test('control: process.exit loses the rest of the output', async () => {
  expect((await lengthOf('process.exit(3)')).length).toBeLessThan(LENGTH);
});
