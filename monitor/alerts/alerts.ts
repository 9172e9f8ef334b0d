/** The alerts as the routes use them. */
import type { AlertRecorder } from './alert-recorder.js';
import type { AlertStore } from './alert-store.js';
import type { AlertWatch } from './alert-watch.js';

export interface Alerts {
  watch: Pick<AlertWatch, 'noteRead'>;
  recorder: Pick<AlertRecorder, 'open' | 'isRecorded' | 'acknowledge'>;
  store: Pick<AlertStore, 'cleared'>;
}
