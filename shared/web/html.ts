/**
 * HTML, SVG and XML by tagged templates: every inserted value is escaped, in text and in quoted
 * attributes, unless it is `Html`. Markup is escaped only here; pages never join strings. Not for
 * scripts or styles, which are separate files (assets.ts).
 */

/**
 * Control characters that XML 1.0 forbids even as references. @see
 * https://www.w3.org/TR/xml/#charsets
 */
const FORBIDDEN = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g;

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escape = (text: string): string =>
  text
    .replace(FORBIDDEN, '\uFFFD')
    .replace(/[&<>"']/g, (character) => ENTITIES[character] as string);

/** Markup that is inserted without escaping. Only `html` and `trusted` create it. */
export class Html {
  constructor(private readonly text: string) {}

  toString(): string {
    return this.text;
  }
}

/**
 * Values allowed in a template: null, undefined and false render nothing; lists are joined without
 * a separator.
 */
export type Content =
  Html | string | number | bigint | boolean | null | undefined | readonly Content[];

function render(content: Content): string {
  if (content instanceof Html) return content.toString();
  if (Array.isArray(content)) return content.map(render).join('');
  if (content === null || content === undefined || typeof content === 'boolean') return '';
  return escape(String(content));
}

/** `html\`<p>${name}</p>\``: the name is always rendered as text. Attributes must be quoted. */
export function html(parts: TemplateStringsArray, ...contents: readonly Content[]): Html {
  return new Html(
    parts.reduce((before, part, index) => before + render(contents[index - 1]) + part),
  );
}

/**
 * Our own text that is markup: a style or script from a file, an image made by a library. Never use
 * it for external input.
 */
export const trusted = (text: string): Html => new Html(text);
