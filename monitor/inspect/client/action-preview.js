/**
 * Shows the amount of an action while it is typed, and how much of the payment is left after it.
 * The server reads the amount again; without this script the form works the same.
 */
import { toMinor } from './typed-amount.js';

const field = document.querySelector('#amount');
const effect = document.querySelector('#effect');

if (field instanceof HTMLInputElement && effect instanceof HTMLElement) {
  const { most, decimals } = field.dataset;
  const { action, currency } = effect.dataset;
  /** @param {number} minor */
  const show = (minor) =>
    `${currency} ${(minor / 10 ** Number(decimals)).toFixed(Number(decimals))}`;
  const preview = () => {
    const minor = toMinor(field.value, Number(decimals));
    if (minor === null || minor === 0) effect.textContent = 'Enter an amount.';
    else if (minor > Number(most)) effect.textContent = `At most ${show(Number(most))}.`;
    else effect.textContent = `${action}: ${show(minor)}. ${show(Number(most) - minor)} is left.`;
  };
  field.addEventListener('input', preview);
  preview();
}
