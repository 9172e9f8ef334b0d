/**
 * Adds a button *Copy* behind each element with `data-copy` (the text), or with `data-copy-curl` (a
 * path of this monitor, copied as a curl command). Browsers allow it on localhost and with TLS.
 */
import { make, show } from './dom.js';

/** Duration of the confirmation on the button, in ms. */
const CONFIRMED_MS = 1_500;

/** @param {HTMLElement} element */
function getText({ dataset }) {
  const path = dataset['copyCurl'];
  if (path === undefined) return dataset['copy'] ?? '';
  return `curl -s -H "Authorization: Bearer $(npx relevo tokens operator)" '${location.origin}${path}'`;
}

/** @param {HTMLElement} element */
function addButton(element) {
  const label = element.dataset['copyCurl'] === undefined ? 'Copy' : 'Copy curl';
  const button = make(
    'button',
    {
      type: 'button',
      class: 'copy',
      onclick: async () => {
        const isCopied = await navigator.clipboard.writeText(getText(element)).then(
          () => true,
          () => false,
        );
        show(button, isCopied ? 'Copied' : 'Not copied');
        setTimeout(() => show(button, label), CONFIRMED_MS);
      },
    },
    label,
  );
  element.after(' ', button);
}

function addButtons() {
  for (const element of document.querySelectorAll('[data-copy], [data-copy-curl]'))
    if (element instanceof HTMLElement && !element.nextElementSibling?.classList.contains('copy'))
      addButton(element);
}

if ('clipboard' in navigator) {
  addButtons();
  addEventListener('relevo:refreshed', addButtons);
}
