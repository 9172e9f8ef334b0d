/** Reads a QR code from a screenshot of a page, as a phone's camera does. */
import jsQR from 'jsqr';
import { PNG } from 'pngjs';
import type { Page } from 'playwright-core';

const read = jsQR as unknown as (
  data: Uint8ClampedArray,
  width: number,
  height: number,
) => { data: string } | null;

/** @returns the text of the code. @throws Error when the code cannot be read. */
export async function decode(page: Page, selector: string): Promise<string> {
  const { data, width, height } = PNG.sync.read(await page.locator(selector).screenshot());
  const found = read(new Uint8ClampedArray(data), width, height);
  if (!found) throw new Error(`no QR code can be read in ${selector}`);
  return found.data;
}
