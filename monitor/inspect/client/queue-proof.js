/*
 * When the board may change parcels: adds the session's CSRF token to every request to this
 * address.
 */
'use strict';

(() => {
  /** @type {HTMLMetaElement | null} */
  const meta = document.querySelector('meta[name="csrf"]');
  const token = meta?.content ?? '';
  const { open } = XMLHttpRequest.prototype;
  /** @param {[method: string, url: string | URL, ...options: unknown[]]} parts */
  XMLHttpRequest.prototype.open = function openWithProof(...parts) {
    Reflect.apply(open, this, parts);
    if (new URL(parts[1], document.baseURI).origin === location.origin)
      this.setRequestHeader('X-CSRF-Token', token);
  };
  const send = window.fetch;
  window.fetch = (resource, options = {}) => {
    const request = new Request(resource, options);
    if (new URL(request.url).origin === location.origin) request.headers.set('X-CSRF-Token', token);
    return send(request);
  };
})();
