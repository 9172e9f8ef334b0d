// Opens the story that a link refers to, also in browsers that do not open a closed <details> for
// its content.
'use strict';
function reveal() {
  const told = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const fold = told && told.closest('details');
  if (!fold) return;
  fold.open = true;
  fold.scrollIntoView({ block: 'start' });
  fold.querySelector('summary')?.focus({ preventScroll: true });
}
addEventListener('hashchange', reveal);
// A second click on the same link does not change the hash.
addEventListener('click', (event) => {
  const link = event.target instanceof Element && event.target.closest('a[href^="#"]');
  const target = link && (link.getAttribute('href') || '');
  if (target && target === location.hash) reveal();
});
reveal();
