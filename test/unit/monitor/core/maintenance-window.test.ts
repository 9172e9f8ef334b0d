/** The decision of one monitor about the end of maintenance windows. */
import {
  decideWindows,
  type MaintenanceWindow,
} from '../../../../monitor/core/maintenance-window.js';

const window = (id: string, dueInMs: number): MaintenanceWindow => ({
  table: 'replica',
  id,
  admin: 'maint',
  dueInMs,
});

test('without a window nothing ends, and no time is awaited', () => {
  expect(decideWindows([])).toEqual({ ended: [], nextInMs: null });
});

test('a window ends at its time and later, not before; the next end is awaited', () => {
  const [late, due, soon, far] = [
    window('server_1', -3_600_000),
    window('server_2', 0),
    window('server_3', 1),
    window('patients_1', 60_000),
  ] as const;
  expect(decideWindows([far, late, soon, due])).toEqual({ ended: [late, due], nextInMs: 1 });
  expect(decideWindows([late])).toEqual({ ended: [late], nextInMs: null });
});
