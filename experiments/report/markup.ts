/**
 * Markup that is safe by construction: a value in a template is escaped unless it is markup itself,
 * so an error text or a name from a run can never become a tag. The same escape function serves
 * HTML, SVG and XML.
 */

/** Text that is inserted into a page unchanged. Created by `markup` and `trusted` only. */
export class Markup {
  constructor(readonly text: string) {}

  toString(): string {
    return this.text;
  }
}

/** Values in a template; `null` and `false` are omitted, lists are joined. */
export type MarkupPart = string | number | Markup | null | false | readonly MarkupPart[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * Control characters that XML 1.0 forbids even as references. @see
 * https://www.w3.org/TR/xml/#charsets
 */
const FORBIDDEN = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g;

/** For text, and for attribute values in quotes. */
const escapeMarkup = (text: string): string =>
  text
    .replace(FORBIDDEN, '\uFFFD')
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);

function render(part: MarkupPart): string {
  if (part === null || part === false) return '';
  if (part instanceof Markup) return part.text;
  if (typeof part === 'object') return part.map(render).join('');
  return escapeMarkup(String(part));
}

/** Only for the project's own style and script. */
export const trustMarkup = (text: string): Markup => new Markup(text);

/** A template tag: `` markup`<b>${name}</b>` ``. */
export const markup = (texts: TemplateStringsArray, ...parts: readonly MarkupPart[]): Markup =>
  new Markup(
    texts
      .map(
        (text, index) => `${text}${index < parts.length ? render(parts[index] as MarkupPart) : ''}`,
      )
      .join(''),
  );
