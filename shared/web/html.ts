/**
 * HTML by tagged templates: whatever is put in is escaped, in text and in quoted attributes, unless it is HTML made here already. That is
 * the one place where markup is escaped; pages never join strings. Not for scripts or styles: those are files of their own, see assets.ts.
 */
const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] as string);

/** Markup that may be put into a page as it is. Made by `html` and `trusted` alone. */
export class Html {
  constructor(private readonly text: string) {}

  toString(): string {
    return this.text;
  }
}

/** What may stand in a template: nothing for null, undefined and false; a list joined without anything between. */
export type Content = Html | string | number | bigint | boolean | null | undefined | readonly Content[];

function render(content: Content): string {
  if (content instanceof Html) return content.toString();
  if (Array.isArray(content)) return content.map(render).join('');
  if (content === null || content === undefined || typeof content === 'boolean') return '';
  return escape(String(content));
}

/** `html\`<p>${name}</p>\``: the name is text, whatever it holds. Attributes must be quoted. */
export function html(parts: TemplateStringsArray, ...contents: readonly Content[]): Html {
  return new Html(parts.reduce((before, part, index) => before + render(contents[index - 1]) + part));
}

/** Text of ours that is markup: a style or a script from a file, an image made by a library. Never what came from outside. */
export const trusted = (text: string): Html => new Html(text);
