/** Creates elements. External data is always inserted as text, never as markup. */
export const byId = (id) => document.getElementById(id);

/** Writes only changes, so that a reader's selection and a screen reader's position survive. */
export function show(target, text) {
  const element = typeof target === 'string' ? byId(target) : target;
  if (element && element.textContent !== String(text)) element.textContent = String(text);
}

/**
 * @param properties `class`, `dataset`, listeners as functions under `on…`, attributes; null omits
 *   one.
 */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else if (name === 'class') element.className = value;
    else if (name === 'dataset') Object.assign(element.dataset, value);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

const SVG = 'http://www.w3.org/2000/svg';
export function makeSvg(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

/** A time in the reader's zone, with the exact UTC time as its title. */
export const time = (at, text) => make('time', { datetime: at, title: at }, text);

/** A state: `tone` gives its shape and colour; its name is text. The stylesheet draws the shape. */
export const state = (tone, word) => make('span', { class: `state ${tone}` }, word);

/** Changes a state in place. */
export function setState(element, tone, word) {
  const wanted = `state ${tone}`;
  if (element.className !== wanted) element.className = wanted;
  show(element, word);
}
