/** Addresses for people. Pure, and apart from the engines' clients: what only shows an address need not load them. */

/** An address as it may be shown: without its password. */
export const withoutPassword = (url: string): string => url.replace(/:\/\/([^:@/]*):[^@/]*@/, '://$1:***@');
