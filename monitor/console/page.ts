/** The console page: one HTML file with its style and script put inside, under a nonce. Read once; the page asks for what it shows. */
import { readFileSync } from 'node:fs';

const read = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');
const page = read('./console.html');
const style = read('./console.css');
const script = read('./console.js');

/** @param id the monitor's name; a `memberId` or at least without markup, for it is escaped here all the same. */
export function renderConsole(id: string, nonce: string): string {
  const parts: Record<string, string> = { id: escape(id), nonce, style, script };
  return page.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => parts[name] ?? whole);
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
