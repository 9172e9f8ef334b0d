/** Checks the order of a bill on a phone. */
import { expect } from '@jest/globals';
import type { Page } from 'playwright-core';

/** The first screen shows the amount due, then *Pay*; the lines of the bill follow. */
export async function payComesFirst(page: Page): Promise<void> {
  const bottomOf = async (selector: string): Promise<number> => {
    const box = await page.locator(selector).first().boundingBox();
    return box ? box.y + box.height : Infinity;
  };
  const [due, button] = [await bottomOf('.due-now .amount'), await bottomOf('.pay .button')];
  const lines = (await page.locator('.lines').boundingBox())?.y ?? 0;
  expect(due).toBeLessThan(button);
  expect(button).toBeLessThan(page.viewportSize()?.height ?? 0);
  expect(button).toBeLessThan(lines);
}
