/** Where the project is; services run with this as their working directory. Found also from a compiled file anywhere below it. */
export { ROOT } from '../shared/web/assets.js';
