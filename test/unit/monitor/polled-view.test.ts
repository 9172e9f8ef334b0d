/** The poll of a view that this monitor has changed itself. */
import { PolledView } from '../../../monitor/status/polled-view.js';

class View extends PolledView<number> {
  protected readonly isConfigured = true;
  readonly answers: ((value: number) => void)[] = [];

  protected read(): Promise<number> {
    return new Promise((resolve) => this.answers.push(resolve));
  }
}

test('a refresh reads again after the poll in progress; a poll in progress replaces the next one', async () => {
  const view = new View();
  const polled = view.look();
  await view.look();
  expect(view.answers).toHaveLength(1);
  const refreshed = view.refresh();
  view.answers[0]?.(1);
  await polled;
  await new Promise((resolve) => setImmediate(resolve));
  expect(view.answers).toHaveLength(2);
  view.answers[1]?.(2);
  await refreshed;
  expect(view.state).toBe(2);
});
