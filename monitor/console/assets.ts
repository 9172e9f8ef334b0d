/** The styles and scripts of the console. */
import { loadAssets } from '../../shared/web/asset-set.js';

const CLIENT = 'monitor/console/client';

/** The scripts of the overview, and of the list of elections. */
const SCRIPTS = [
  'acceptance',
  'actions',
  'alerts',
  'arrows',
  'chart-data',
  'charts',
  'copy',
  'csrf',
  'dom',
  'elections',
  'filters',
  'flows',
  'format',
  'gateway',
  'health',
  'instances',
  'keys',
  'link',
  'live',
  'log-follow',
  'maintenance',
  'news',
  'overview',
  'periods',
  'read-json',
  'replicas',
  'restart',
  'rounds',
  'schedule',
  'sparkline',
  'timeline',
  'tones',
  'topology',
];

/**
 * Name in the address → file, relative to the project's root. Add every file that a page of the
 * console needs.
 */
const FILES: Readonly<Record<string, string>> = {
  'theme.css': 'shared/web/theme.css',
  'frame.css': 'shared/web/frame.css',
  'console.css': 'monitor/console/console.css',
  'overview.css': 'monitor/console/overview.css',
  'uPlot.css': 'node_modules/uplot/dist/uPlot.min.css',
  'uPlot.js': 'node_modules/uplot/dist/uPlot.esm.js',
  ...Object.fromEntries(SCRIPTS.map((name) => [`${name}.js`, `${CLIENT}/${name}.js`])),
  'inspect.css': 'monitor/inspect/inspect.css',
  'logs.css': 'monitor/logs/logs.css',
  'live-list.js': 'monitor/inspect/client/live-list.js',
  'page-part.js': 'monitor/inspect/client/page-part.js',
  'refresh-pace.js': 'monitor/inspect/client/refresh-pace.js',
  'local-times.js': 'monitor/inspect/client/local-times.js',
  'action-preview.js': 'monitor/inspect/client/action-preview.js',
  'list-progress.js': 'monitor/inspect/client/list-progress.js',
  'typed-amount.js': 'monitor/inspect/client/typed-amount.js',
};

export const ASSETS = loadAssets(FILES);
