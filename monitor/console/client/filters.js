/** The filters of the overview. The address contains them, so that a link shows the same. */
const NAMES = ['admin', 'observed', 'minutes'];
const DEFAULTS = { admin: '', observed: '', minutes: '5' };

/**
 * @param onChange called after every change, with the values by name. @returns a function that
 *   returns the values.
 */
export function filters(form, onChange) {
  const given = new URLSearchParams(location.search);
  for (const name of NAMES) {
    const control = form.elements[name];
    if ([...control.options].some(({ value }) => value === given.get(name)))
      control.value = given.get(name);
  }
  const values = () => Object.fromEntries(NAMES.map((name) => [name, form.elements[name].value]));

  function write() {
    const shown = Object.entries(values()).filter(([name, value]) => value !== DEFAULTS[name]);
    const query = (pairs) => (pairs.length === 0 ? '' : `?${new URLSearchParams(pairs)}`);
    history.replaceState(null, '', location.pathname + query(shown));
    const narrowed = query(shown.filter(([name]) => name !== 'minutes'));
    for (const link of document.querySelectorAll('a[data-narrowed]'))
      link.href = link.dataset.narrowed + narrowed;
  }

  form.addEventListener('change', () => {
    write();
    onChange(values());
  });
  form.addEventListener('submit', (event) => event.preventDefault());
  write();
  return values;
}

export const isShown = (replica, { admin, observed }) =>
  (admin === '' || replica.admin === admin) && (observed === '' || replica.observed === observed);
