/** The token that proves a request of this session. A page with a session contains it. */

/** @returns an empty text without a session. */
export function getCsrfToken() {
  /** @type {HTMLMetaElement | null} */
  const meta = document.querySelector('meta[name="csrf"]');
  return meta?.content ?? '';
}

export const isSignedIn = () => getCsrfToken() !== '';
