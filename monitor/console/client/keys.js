/** The keyboard on every page of the console: search, help, and the pages of the navigation. */
import { make } from './dom.js';

/** The second key after `g`, with its page. */
const PAGES = {
  o: ['Overview', '/'],
  p: ['Payments', '/payments'],
  f: ['Failed payments', '/failed'],
  q: ['Queue', '/queues'],
  a: ['Alerts', '/alerts.html'],
  e: ['Elections', '/elections.html'],
  u: ['Audit', '/audit.html'],
  l: ['Logs', '/logs'],
};
/** Name of the browser's stored value; `off` while the user has switched the keys off. */
const SWITCH = 'relevo-keys';
/** Maximum time between `g` and the second key, in ms. */
const PAIR_MS = 1_500;

let pressedAt = -Infinity;

/** @param {EventTarget | null} target */
const isTyping = (target) =>
  target instanceof HTMLInputElement ||
  target instanceof HTMLTextAreaElement ||
  target instanceof HTMLSelectElement;

/**
 * @param {string} keys
 * @param {string} meaning
 */
const line = (keys, meaning) =>
  make(
    'div',
    {},
    make('dt', {}, ...keys.split(' ').map((key) => make('kbd', {}, key))),
    make('dd', {}, meaning),
  );

/** A browser may refuse to store anything: then the keys are on. */
function areOn() {
  try {
    return localStorage.getItem(SWITCH) !== 'off';
  } catch {
    return true;
  }
}

/** @param {boolean} on */
function switchKeys(on) {
  try {
    localStorage.setItem(SWITCH, on ? 'on' : 'off');
  } catch {
    // The keys stay on.
  }
}

function makeSwitch() {
  const box = make('input', {
    type: 'checkbox',
    checked: areOn(),
    onchange: () => switchKeys(box.checked),
  });
  return make('label', {}, box, ' Use these keys in this browser');
}

function showHelp() {
  const dialog = make(
    'dialog',
    { 'class': 'keys', 'aria-labelledby': 'keys-title' },
    make('h2', { id: 'keys-title' }, 'Keys'),
    make(
      'dl',
      {},
      line('/', 'Search payments'),
      line('?', 'This help'),
      ...Object.entries(PAGES).map(([key, [name]]) => line(`g ${key}`, name ?? '')),
      line('Esc', 'Close a dialog'),
    ),
    makeSwitch(),
    make('form', { method: 'dialog' }, make('button', { type: 'submit' }, 'Close')),
  );
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

function search() {
  const box = document.getElementById('q');
  if (box instanceof HTMLInputElement) box.focus();
  else location.assign('/payments#q');
}

/** @param {string} key the key after `g`. */
function goTo(key) {
  const page = Object.entries(PAGES).find(([name]) => name === key)?.[1];
  if (page?.[1]) location.assign(page[1]);
}

document.addEventListener('keydown', (event) => {
  const { key, target, ctrlKey, altKey, metaKey } = event;
  const isInDialog = document.querySelector('dialog[open]') !== null;
  if (ctrlKey || altKey || metaKey || isInDialog || isTyping(target) || !areOn()) return;
  const isSecond = performance.now() - pressedAt < PAIR_MS;
  pressedAt = key === 'g' && !isSecond ? performance.now() : -Infinity;
  if (isSecond) goTo(key);
  else if (key === '?') showHelp();
  else if (key === '/') {
    event.preventDefault();
    search();
  }
});

// Reachable without a key, because a key may disturb speech input (WCAG 2.1.4).
document
  .querySelector('nav[aria-label=Console] ul')
  ?.append(make('li', {}, make('button', { type: 'button', onclick: showHelp }, 'Keys')));

if (location.hash === '#q') search();
