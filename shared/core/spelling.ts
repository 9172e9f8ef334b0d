/**
 * Normal forms of texts for comparison, so that the spelling of a document or a name makes no
 * difference. Pure.
 */
/**
 * Letters that Unicode does not decompose, with their usual replacement on keyboards that lack
 * them.
 */
const PLAIN: Readonly<Record<string, string>> = {
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  ħ: 'h',
  ŧ: 't',
  ŋ: 'n',
  æ: 'ae',
  œ: 'oe',
  þ: 'th',
  ə: 'e',
  ς: 'σ',
};
const UNPLAIN = new RegExp(`[${Object.keys(PLAIN).join('')}]`, 'gu');

/**
 * One form for all spellings of a text: compatibility characters replaced, lower case, without
 * accents or invisible characters. Converts to upper case first, because that turns lookalike
 * letters (ſ, ı) and ß into plain ones.
 */
export const bare = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/[\p{M}\p{Cf}\p{DI}]/gu, '')
    .toUpperCase()
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(UNPLAIN, (letter) => PLAIN[letter] ?? letter);

/** Only the letters and digits. Empty: the text has none and is not a document. */
export const documentForm = (text: string): string => bare(text).replace(/[^\p{L}\p{N}]/gu, '');
