/**
 * Formats addresses for display. Pure, and separate from the database clients, so that display code
 * need not load them.
 */

/** An address that is safe to show: without its password. */
export const stripPassword = (url: string): string =>
  url.replace(/:\/\/([^:@/]*):[^@/]*@/, '://$1:***@');
