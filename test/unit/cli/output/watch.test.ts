/**
 * `--watch`: redraws in place on a terminal and restores it, prints lines elsewhere, continues
 * after failures, ends with Ctrl-C.
 */
import { fitToScreen, watch } from '../../../../cli/output/watch.js';
import { CommandFailure } from '../../../../cli/failure.js';
import { fakeTerminal } from '../../../support/fake-terminal.js';

/** A poll that ends the command after its last answer. */
function looks<T>(answers: (() => T)[]): { look: () => Promise<T>; signal: AbortSignal } {
  const controller = new AbortController();
  const look = async (): Promise<T> => {
    const answer = answers.shift();
    if (answers.length === 0) controller.abort();
    if (!answer) throw new Error('polled too often');
    return answer();
  };
  return { look, signal: controller.signal };
}

const lost = (): never => {
  throw new CommandFailure('UNREACHABLE', 'No answer.', 5, 'Retry.');
};

it('on a terminal opens the alternate screen, redraws in place, and restores the old screen with the last view', async () => {
  const terminal = fakeTerminal({ isTerminal: true });
  const { look, signal } = looks(['one', 'two'].map((text) => () => text));
  expect(await watch(terminal, { everyMs: 1, view: look, lines: async () => [] }, signal)).toBe(
    130,
  );
  const [open, first, second, close] = terminal.raws;
  expect(open).toBe('\x1b[?1049h\x1b[?25l');
  expect(first).toMatch(/^\x1b\[Hone\x1b\[K\n/);
  expect(second).toMatch(/^\x1b\[Htwo\x1b\[K\n/);
  expect(close).toBe('\x1b[?25h\x1b[?1049l');
  expect(terminal.outputs).toEqual(['two']);
});

it('on a terminal restores the screen after a bug in a poll', async () => {
  const terminal = fakeTerminal({ isTerminal: true });
  const broken = async (): Promise<string> => {
    throw new TypeError('a bug');
  };
  const watching = watch(
    terminal,
    { everyMs: 1, view: broken, lines: async () => [] },
    new AbortController().signal,
  );
  await expect(watching).rejects.toThrow('a bug');
  expect(terminal.raws.at(-1)).toBe('\x1b[?25h\x1b[?1049l');
});

it('shows a failure and continues', async () => {
  const terminal = fakeTerminal({ isTerminal: true });
  const { look, signal } = looks<string>([lost, () => 'back']);
  await watch(terminal, { everyMs: 1, view: look, lines: async () => [] }, signal);
  expect(terminal.raws[1]).toContain('No answer.');
  expect(terminal.outputs).toEqual(['back']);
});

it('without a terminal prints lines, and a lasting failure only once', async () => {
  const terminal = fakeTerminal();
  const { look, signal } = looks<string[]>([() => ['a'], lost, lost, () => [], () => ['b']]);
  expect(await watch(terminal, { everyMs: 1, view: async () => '', lines: look }, signal)).toBe(
    130,
  );
  expect(terminal.outputs).toEqual(['a', 'b']);
  expect(terminal.errors).toEqual(['No answer.\nRetry.']);
  expect(terminal.raws).toEqual([]);
});

it('ends with 0 when no change can follow', async () => {
  const terminal = fakeTerminal();
  const signal = new AbortController().signal;
  expect(
    await watch(
      terminal,
      { everyMs: 1, view: async () => '', lines: async () => ['x'], isOver: () => true },
      signal,
    ),
  ).toBe(0);
});

it('cuts a view to the terminal, but no line with colours', () => {
  expect(fitToScreen('abcdef\nx\ny\nz', { columns: 3, rows: 4 })).toBe(
    'abc\x1b[K\nx\x1b[K\ny\x1b[K',
  );
  expect(fitToScreen('\x1b[31mabcdef\x1b[39m', { columns: 3, rows: 4 })).toContain('abcdef');
});
