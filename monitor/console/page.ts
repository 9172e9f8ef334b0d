/** The console page: one HTML file with its style and script put inside, under a nonce. Read once; the page asks for what it shows. */
import { readAsset } from '../../shared/web/assets.js';
import { html } from '../../shared/web/html.js';

const page = readAsset('monitor/console/console.html');
const style = readAsset('shared/web/theme.css') + readAsset('monitor/console/console.css');
const script = readAsset('monitor/console/console.js');

/** @param id the monitor's name; a `memberId` or at least without markup, for it is escaped here all the same. */
export function renderConsole(id: string, nonce: string): string {
  const parts: Record<string, string> = { id: html`${id}`.toString(), nonce, style, script };
  return page.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => parts[name] ?? whole);
}
