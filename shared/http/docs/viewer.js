/**
 * Starts Swagger UI on this service's document and adds samples: each operation shows its curl
 * command and its call of the typed client before it is tried. Runs in the browser under a policy
 * that allows no other host.
 */

/** @typedef {(type: unknown, props: object | null, ...children: unknown[]) => unknown} Render */
/** @typedef {{ React: { createElement: Render, Fragment: unknown } }} SwaggerSystem */
/** @typedef {{ label: string, source: string }} Sample */
/** @typedef {{ get(key: string): { toJS(): Sample[] } | undefined }} Operation */

(() => {
  const DOCUMENT = '/openapi.json';
  /** The service's address in the samples of the document. */
  const SAMPLE_ORIGIN = /http:\/\/127\.0\.0\.1:(4000|5000)/g;

  const followScheme = () => {
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const follow = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
    dark.addEventListener('change', follow);
    follow();
  };

  /**
   * @param {HTMLButtonElement} button
   * @param {string} text
   */
  const copy = async (button, text) => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = 'Copied';
    } catch {
      button.textContent = 'Select and copy it by hand';
    }
    setTimeout(() => {
      button.textContent = 'Copy';
    }, 2_000);
  };

  /**
   * @param {Render} h
   * @param {Sample} sample
   */
  const sampleElement = (h, { label, source }) => {
    const text = source.replace(SAMPLE_ORIGIN, location.origin);
    return h(
      'details',
      { key: label, className: 'sample', open: label === 'curl' },
      h('summary', null, label),
      h(
        'button',
        {
          'type': 'button',
          'className': 'copy',
          'aria-label': `Copy the ${label} sample`,
          'onClick': (/** @type {{ currentTarget: HTMLButtonElement }} */ event) =>
            copy(event.currentTarget, text),
        },
        'Copy',
      ),
      h('pre', { 'tabIndex': 0, 'aria-label': `${label} sample` }, h('code', null, text)),
    );
  };

  /**
   * Shows the samples above the parameters of an operation.
   * @param {SwaggerSystem} system
   */
  const samplesPlugin = (system) => {
    const h = system.React.createElement;
    return {
      wrapComponents: {
        /** @param {unknown} Original */
        parameters: (Original) => (/** @type {{ operation?: Operation }} */ props) => {
          const samples = props.operation?.get('x-codeSamples')?.toJS() ?? [];
          return h(
            system.React.Fragment,
            null,
            h(
              'div',
              { className: 'samples' },
              samples.map((sample) => sampleElement(h, sample)),
            ),
            h(Original, props),
          );
        },
        // Keyboards cannot reach a link inside a button reliably; the address bar still follows the
        // opened operation.
        DeepLink:
          () =>
          (/** @type {{ text: string }} */ { text }) =>
            h('span', null, text),
      },
    };
  };

  /**
   * Names the elements that Swagger UI leaves without a label and makes them reachable by keyboard.
   * @param {Element} root
   */
  const helpReaders = (root) => {
    const help = () => {
      for (const select of root.querySelectorAll('select:not([aria-label])')) {
        select.setAttribute(
          'aria-label',
          select.closest('.examples-select') ? 'Example' : 'Choice',
        );
      }
      for (const code of root.querySelectorAll('.microlight:not([tabindex])'))
        code.setAttribute('tabindex', '0');
    };
    new MutationObserver(help).observe(root, { childList: true, subtree: true });
  };

  followScheme();
  const viewer = document.getElementById('viewer');
  if (viewer) helpReaders(viewer);
  /** @type {Window & { SwaggerUIBundle?: (options: object) => unknown }} */
  const page = window;
  page.SwaggerUIBundle?.({
    url: DOCUMENT,
    dom_id: '#viewer',
    deepLinking: true,
    displayRequestDuration: true,
    docExpansion: 'list',
    defaultModelsExpandDepth: 0,
    defaultModelExpandDepth: 3,
    filter: true,
    validatorUrl: null,
    persistAuthorization: false,
    queryConfigEnabled: false,
    plugins: [samplesPlugin],
  });
})();
