/**
 * The headers of every page: no external resources, no inline script or style without this answer's
 * nonce, no framing, no referrer, no storage in caches.
 * @see https://cheatsheetseries.owasp.org/cheatsheets/HTTP_Headers_Cheat_Sheet.html
 */
import { randomBytes } from 'node:crypto';

export interface PageHeaders {
  /** For every `<script nonce>` and `<style nonce>` of the page. */
  nonce: string;
  headers: Readonly<Record<string, string>>;
}

/** @param forms whether the page may send forms, to this service only. */
export function pageHeaders({ forms = true }: { forms?: boolean } = {}): PageHeaders {
  const nonce = randomBytes(16).toString('base64');
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
    "connect-src 'self'",
    "img-src 'self' data:",
    "base-uri 'none'",
    `form-action ${forms ? "'self'" : "'none'"}`,
    "frame-ancestors 'none'",
  ];
  return {
    nonce,
    headers: {
      'Content-Security-Policy': policy.join('; '),
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'same-origin',
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Resource-Policy': 'same-origin',
      'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
      'Cache-Control': 'no-store',
    },
  };
}
