/**
 * The project's root, which is the working directory of the services. Also found from a compiled
 * file in any folder below it.
 */
export { ROOT } from '../shared/web/assets.js';
