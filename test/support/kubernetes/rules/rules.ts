/** All written rules for manifests. */
import { AVAILABILITY_RULES } from './availability.js';
import { CONTAINER_RULES } from './containers.js';
import { ISOLATION_RULES } from './isolation.js';
import { OBJECT_RULES } from './objects.js';
import { REFERENCE_RULES } from './references.js';
import { ROUTE_RULES } from './routes.js';
import type { Rule } from './rule.js';
import { SECURITY_RULES } from './security.js';

export const RULES: readonly Rule[] = [
  ...SECURITY_RULES,
  ...CONTAINER_RULES,
  ...AVAILABILITY_RULES,
  ...ISOLATION_RULES,
  ...REFERENCE_RULES,
  ...ROUTE_RULES,
  ...OBJECT_RULES,
];
