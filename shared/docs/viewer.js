/**
 * Starts Swagger UI on this service's document and adds the samples: each operation shows its curl command and its call of the typed
 * client without being tried. Runs in the browser, under a policy that allows no other host.
 */
(() => {
  const DOCUMENT = '/openapi.json';
  /** Where the samples of the document say that the service is. */
  const SAMPLE_ORIGIN = /http:\/\/127\.0\.0\.1:(4000|5000)/g;

  const followScheme = () => {
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const follow = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
    dark.addEventListener('change', follow);
    follow();
  };

  const copy = async (event, text) => {
    const button = event.currentTarget;
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = 'Copied';
    } catch {
      button.textContent = 'Select and copy it by hand';
    }
    setTimeout(() => { button.textContent = 'Copy'; }, 2_000);
  };

  const sampleElement = (h, { label, source }) => {
    const text = source.replace(SAMPLE_ORIGIN, location.origin);
    return h('details', { key: label, className: 'sample', open: label === 'curl' },
      h('summary', null, label),
      h('button', { type: 'button', className: 'copy', 'aria-label': `Copy the ${label} sample`, onClick: (event) => copy(event, text) }, 'Copy'),
      h('pre', { tabIndex: 0, 'aria-label': `${label} sample` }, h('code', null, text)));
  };

  /** The samples stand above the parameters of an operation. */
  const samplesPlugin = (system) => {
    const h = system.React.createElement;
    return {
      wrapComponents: {
        parameters: (Original) => (props) => {
          const samples = props.operation?.get('x-codeSamples')?.toJS() ?? [];
          return h(system.React.Fragment, null,
            h('div', { className: 'samples' }, samples.map((sample) => sampleElement(h, sample))),
            h(Original, props));
        },
        // A link inside a button can be reached by no keyboard in good order; the address still follows what is opened.
        DeepLink: () => ({ text }) => h('span', null, text),
      },
    };
  };

  /** What Swagger UI leaves without a name, or out of a keyboard's reach. */
  const helpReaders = (root) => {
    const help = () => {
      for (const select of root.querySelectorAll('select:not([aria-label])')) {
        select.setAttribute('aria-label', select.closest('.examples-select') ? 'Example' : 'Choice');
      }
      for (const code of root.querySelectorAll('.microlight:not([tabindex])')) code.setAttribute('tabindex', '0');
    };
    new MutationObserver(help).observe(root, { childList: true, subtree: true });
  };

  followScheme();
  helpReaders(document.getElementById('viewer'));
  globalThis.ui = globalThis.SwaggerUIBundle({
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
