/**
 * Checks of a page as it is now: axe-core, sideways scrolling, both colour schemes. With
 * SCREENSHOTS=folder, also saves pictures for review.
 */
import { expect } from '@jest/globals';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type axe from 'axe-core';
import type { Page } from 'playwright-core';
import { ROOT } from '../../local/root.js';

/** Read as text: only pages run it. */
const AXE = readFileSync(join(ROOT, 'node_modules/axe-core/axe.min.js'), 'utf8');

/**
 * The findings of axe-core for the current page that are serious or critical, one readable line
 * each.
 * @see https://github.com/dequelabs/axe-core/blob/develop/doc/rule-descriptions.md
 */
export async function axeProblems(page: Page): Promise<string[]> {
  if (!(await page.evaluate(`'axe' in globalThis`))) await page.evaluate(AXE);
  return page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run({
      resultTypes: ['violations'],
    });
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, impact, help, nodes }) =>
        nodes.map(
          ({ target, failureSummary = '' }) =>
            `${impact} ${id}: ${help} at ${target.join(' ')}. ${failureSummary.replace(/\s+/g, ' ')}`,
        ),
      );
  });
}

/**
 * By how many pixels the page is wider than its window: 0 for a page that does not scroll sideways.
 */
export const sidewaysScroll = (page: Page): Promise<number> =>
  page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');

/** Saves the whole page as `NAME.png` in the folder SCREENSHOTS, when that variable is set. */
export async function screenshot(page: Page, name: string): Promise<void> {
  const folder = process.env['SCREENSHOTS'];
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({
    path: join(folder, `${name}.png`),
    fullPage: true,
    animations: 'disabled',
  });
}

/** Completes the transitions that a change of the colour scheme starts. */
const endTransitions = (page: Page): Promise<unknown> =>
  page.evaluate(
    'document.getAnimations().filter((each) => each instanceof CSSTransition).forEach((each) => each.finish())',
  );

/** Shows the page in the light scheme, then in the dark one; it stays loaded and is dark then. */
export async function inBothSchemes(
  page: Page,
  run: (scheme: string) => Promise<unknown>,
): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await endTransitions(page);
    await run(colorScheme);
  }
}

/**
 * Expects no serious finding of axe-core and no sideways scrolling, in both colour schemes. Saves
 * `NAME-WIDTH-SCHEME.png`.
 */
export async function checkBothSchemes(page: Page, name: string): Promise<void> {
  const { width = 0 } = page.viewportSize() ?? {};
  await inBothSchemes(page, async (scheme) => {
    const shown = `${name}-${width}-${scheme}`;
    await screenshot(page, shown);
    expect([shown, await axeProblems(page)]).toEqual([shown, []]);
    expect([shown, await sidewaysScroll(page)]).toEqual([shown, 0]);
  });
}
