/** Forms in which texts are compared, so that the spelling of a document or of a name makes no difference. Pure. */
/** Letters that Unicode does not decompose, and how they are written on a keyboard that lacks them. */
const PLAIN: Readonly<Record<string, string>> = {
  ø: 'o', ł: 'l', đ: 'd', ð: 'd', ħ: 'h', ŧ: 't', ŋ: 'n', æ: 'ae', œ: 'oe', þ: 'th', ə: 'e', ς: 'σ',
};
const UNPLAIN = new RegExp(`[${Object.keys(PLAIN).join('')}]`, 'gu');

/**
 * One form for all spellings of a text: compatible characters, small, without accents and without invisible characters. Upper case comes
 * first, because it turns the letters that only look alike (ſ, ı) and ß into plain ones.
 */
export const bare = (text: string): string =>
  text.normalize('NFKD').replace(/[\p{M}\p{Cf}\p{DI}]/gu, '').toUpperCase().toLowerCase()
    .normalize('NFKD').replace(/\p{M}/gu, '').replace(UNPLAIN, (letter) => PLAIN[letter] ?? letter);

/** Letters and digits alone; empty: the text has none, and is no document. */
export const documentForm = (text: string): string => bare(text).replace(/[^\p{L}\p{N}]/gu, '');
