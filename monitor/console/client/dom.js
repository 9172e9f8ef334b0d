/** Finds and creates elements. External data is always inserted as text, never as markup. */

/**
 * An element that every page with this script has. @throws Error when it is missing.
 * @param {string} id
 */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`The page has no element ${id}`);
  return element;
}

/**
 * An element of one kind, such as `HTMLInputElement`. @throws Error when it is missing or of
 * another kind.
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} kind
 */
export function byIdAs(id, kind) {
  const element = byId(id);
  if (!(element instanceof kind)) throw new Error(`The element ${id} is no ${kind.name}`);
  return element;
}

/**
 * Writes only changes, so that a reader's selection and a screen reader's position survive.
 * @param {string | Element} target an element or its id; a missing element is ignored.
 * @param {string | number} text
 */
export function show(target, text) {
  const element = typeof target === 'string' ? document.getElementById(target) : target;
  if (element && element.textContent !== String(text)) element.textContent = String(text);
}

/** @typedef {string | number | boolean | null | undefined} Attribute */
/** @typedef {(event: Event) => void} Listener */

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, Attribute | Record<string, string> | Listener>} properties `class`,
 *   `dataset`, listeners as functions under `on…`, attributes; null omits one.
 * @param {...(Node | string | null)} children
 */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else if (typeof value === 'object') Object.assign(element.dataset, value);
    else if (name === 'class') element.className = String(value);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

const SVG = 'http://www.w3.org/2000/svg';
/**
 * @template {keyof SVGElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, string | number>} attributes
 * @param {...Node | string} children
 */
export function makeSvg(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

/**
 * A time in the reader's zone, with the exact UTC time as its title.
 * @param {string} at
 * @param {string} text
 */
export const time = (at, text) => make('time', { datetime: at, title: at }, text);

/**
 * The name of a process, as a link to its log.
 * @param {string} text
 * @param {string | null} process null: several processes, so the link leads to their list.
 */
export const logLink = (text, process = text) =>
  make(
    'a',
    { href: process === null ? '/logs' : `/logs/${encodeURIComponent(process)}`, title: 'Log' },
    text,
  );

/**
 * A state: `tone` gives its shape and colour; its name is text. The stylesheet draws the shape.
 * @param {string} tone
 * @param {string} word
 */
export const state = (tone, word) => make('span', { class: `state ${tone}` }, word);

/**
 * Changes a state in place.
 * @param {Element} element
 * @param {string} tone
 * @param {string} word
 */
export function setState(element, tone, word) {
  const wanted = `state ${tone}`;
  if (element.className !== wanted) element.className = wanted;
  show(element, word);
}
