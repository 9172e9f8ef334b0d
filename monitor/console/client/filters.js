/** The filters of the overview. The address contains them, so that a link shows the same. */

/** @typedef {{ admin: string, observed: string, minutes: string }} FilterValues */

/** @type {readonly (keyof FilterValues)[]} */
const NAMES = ['admin', 'observed', 'minutes'];
/** @type {Readonly<FilterValues>} */
const DEFAULTS = { admin: '', observed: '', minutes: '5' };

/**
 * @param {HTMLFormElement} form
 * @param {string} name
 */
function getSelect(form, name) {
  const control = form.elements.namedItem(name);
  if (!(control instanceof HTMLSelectElement)) throw new Error(`The filter has no list ${name}`);
  return control;
}

/**
 * @param {HTMLFormElement} form
 * @param {(values: FilterValues) => void} onChange called after every change.
 * @returns {() => FilterValues} a function that returns the values.
 */
export function filters(form, onChange) {
  const given = new URLSearchParams(location.search);
  for (const name of NAMES) {
    const control = getSelect(form, name);
    const wanted = given.get(name);
    if (wanted !== null && [...control.options].some(({ value }) => value === wanted))
      control.value = wanted;
  }
  const values = () => ({
    admin: getSelect(form, 'admin').value,
    observed: getSelect(form, 'observed').value,
    minutes: getSelect(form, 'minutes').value,
  });

  function write() {
    const chosen = values();
    const shown = NAMES.flatMap((name) =>
      chosen[name] === DEFAULTS[name] ? [] : [[name, chosen[name]]],
    );
    // The bounds of a chosen period stay.
    const others = [...new URLSearchParams(location.search)].filter(
      ([name]) => chosen.minutes === 'range' && (name === 'from' || name === 'to'),
    );
    /** @param {string[][]} pairs */
    const query = (pairs) => (pairs.length === 0 ? '' : `?${new URLSearchParams(pairs)}`);
    history.replaceState(null, '', location.pathname + query([...shown, ...others]));
    const narrowed = query(shown.filter(([name]) => name !== 'minutes'));
    /** @type {NodeListOf<HTMLAnchorElement>} */
    const links = document.querySelectorAll('a[data-narrowed]');
    for (const link of links) link.href = `${link.dataset['narrowed']}${narrowed}`;
  }

  form.addEventListener('change', () => {
    write();
    onChange(values());
  });
  form.addEventListener('submit', (event) => event.preventDefault());
  write();
  return values;
}

/**
 * @param {import('../../../shared/contracts/status.js').ReplicaStatus} replica
 * @param {FilterValues} values
 */
export const isShown = (replica, { admin, observed }) =>
  (admin === '' || replica.admin === admin) && (observed === '' || replica.observed === observed);
