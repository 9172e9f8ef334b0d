/** For each rule the changes to the manifests that break it. */
import { AVAILABILITY_CONTROLS } from './availability.js';
import { CONTAINER_CONTROLS } from './containers.js';
import { ISOLATION_CONTROLS } from './isolation.js';
import { OBJECT_CONTROLS } from './objects.js';
import { REFERENCE_CONTROLS } from './references.js';
import { ROUTE_CONTROLS } from './routes.js';
import { SECURITY_CONTROLS } from './security.js';
import type { Control } from './control.js';

export const RULE_CONTROLS: readonly Control[] = [
  ...SECURITY_CONTROLS,
  ...CONTAINER_CONTROLS,
  ...AVAILABILITY_CONTROLS,
  ...ISOLATION_CONTROLS,
  ...REFERENCE_CONTROLS,
  ...ROUTE_CONTROLS,
  ...OBJECT_CONTROLS,
];
