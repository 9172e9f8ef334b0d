import { ConsoleLines } from '../../../local/processes/console-lines.js';

const line = (msg: string, more: object = {}): string =>
  JSON.stringify({ level: 'info', msg, ...more });

describe('the console of npm start', () => {
  it('shows the published lines once, until they change', () => {
    const lines = new ConsoleLines(1);
    const alive = line('I AM ALIVE from server 1');
    const off = line('I AM OFF from server 1');
    expect([alive, alive, off, off, alive].map((text) => lines.take('monitor_1', text))).toEqual([
      'I AM ALIVE from server 1',
      null,
      'I AM OFF from server 1',
      null,
      'I AM ALIVE from server 1',
    ]);
  });

  it('with three monitors shows a line that two of them log', () => {
    const lines = new ConsoleLines(3);
    const alive = line('I AM ALIVE from server 1');
    const off = line('I AM OFF from server 1');
    expect(lines.take('monitor_1', alive)).toBeNull();
    expect(lines.take('monitor_2', alive)).toBe('I AM ALIVE from server 1');
    expect(lines.take('monitor_3', off)).toBeNull();
    expect(lines.take('monitor_3', off)).toBeNull();
    expect(lines.take('monitor_1', off)).toBe('I AM OFF from server 1');
  });

  it('shows a leader once, and none of an older term', () => {
    const lines = new ConsoleLines(3);
    expect(lines.take('monitor_1', line('The leader is server_2', { term: 4 }))).toBe(
      'The leader is server_2',
    );
    expect(lines.take('monitor_2', line('The leader is server_2', { term: 4 }))).toBeNull();
    expect(lines.take('monitor_3', line('The leader is server_1', { term: 3 }))).toBeNull();
    expect(lines.take('monitor_3', line('The leader is server_2', { term: 5 }))).toBe(
      'The leader is server_2',
    );
  });

  it('shows the state once every process is up, and later a replica that is still off', () => {
    const lines = new ConsoleLines(1);
    const off = line('I AM OFF from server 3');
    for (const text of [
      'I AM OFF from server 1',
      'The leader is server_2',
      'I AM ALIVE from server 1',
    ])
      lines.take('monitor_1', line(text));
    lines.take('monitor_1', off);
    expect(lines.present()).toEqual(['I AM ALIVE from server 1', 'The leader is server_2']);
    expect(lines.take('monitor_1', off)).toBe('I AM OFF from server 3');
  });

  it('shows warnings and errors with their reason, and no other lines', () => {
    const lines = new ConsoleLines(1);
    expect(lines.take('server_1', line('quiet'))).toBeNull();
    expect(lines.take('server_1', 'not JSON')).toBeNull();
    expect(lines.take('server_1', 'null')).toBeNull();
    expect(
      lines.take(
        'server_1',
        line('Redis is unavailable', { level: 'warn', err: { message: 'ECONNREFUSED' } }),
      ),
    ).toBe('server_1 warn: Redis is unavailable (ECONNREFUSED)');
  });
});
