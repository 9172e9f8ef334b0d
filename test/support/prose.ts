/**
 * Measures the English of the repository: comments, Markdown pages and messages, per 1,000 words,
 * and the names of functions. `prose-report.ts` prints the measures, `prose.test.ts` prevents them
 * from getting worse.
 */
import ts from 'typescript';

export const RULES = ['who', 'nobody', 'what'] as const;
export type Rule = (typeof RULES)[number];

/** One measured text with its place. */
export interface Passage {
  kind: 'comment' | 'page' | 'message';
  /** Path from the project's root, with `/`. */
  path: string;
  /** From 1. */
  line: number;
  text: string;
}

export interface Finding {
  rule: Rule;
  path: string;
  line: number;
  /** The words around the finding. */
  excerpt: string;
}

const PATTERNS: Record<Rule, RegExp> = {
  who: /\b(who|whoever|whom|whomever)\b/giu,
  nobody: /\b(nobody|somebody|anybody|everybody|whoever|whatever)\b/giu,
  /**
   * The start of the text or of a clause, then the relative pronoun. A question ends with `?` and
   * is allowed.
   */
  what: /(?:^|[.;:!?—(–]\s+|[.;:!?]\*\*\s+|,\s+|\band\s+|\bor\s+)(what)\b(?![^.;:!?]*\?)/giu,
};

const isTool = (name: string): boolean => ['describe', 'test', 'it'].includes(name);

/** The comment without its signs and indentation; code between backticks is removed. */
const plain = (comment: string): string =>
  comment
    .replace(/^\/\*\*?|\*\/$|^\s*\/\/+/g, '')
    .replace(/\n\s*(?:\*|\/\/+)/g, '\n')
    .replace(/`[^`]*`/g, '`')
    .replace(/\s+/g, ' ')
    .trim();

/** Treats adjacent `//` lines as one comment. */
function commentRanges(source: ts.SourceFile): ts.TextRange[] {
  const seen = new Map<number, ts.TextRange>();
  const text = source.text;
  const note = (ranges: ts.CommentRange[] | undefined): void =>
    ranges?.forEach(({ pos, end }) => seen.set(pos, { pos, end }));
  const visit = (node: ts.Node): void => {
    note(ts.getLeadingCommentRanges(text, node.getFullStart()));
    note(ts.getTrailingCommentRanges(text, node.getEnd()));
    node.getChildren(source).forEach(visit);
  };
  visit(source);
  const merged: ts.TextRange[] = [];
  for (const range of [...seen.values()].sort((a, b) => a.pos - b.pos)) {
    const last = merged.at(-1);
    const between = last ? text.slice(last.end, range.pos) : '';
    const isNext =
      last &&
      text.startsWith('//', last.pos) &&
      text.startsWith('//', range.pos) &&
      /^\r?\n[ \t]*$/.test(between);
    if (isNext) merged[merged.length - 1] = { pos: last.pos, end: range.end };
    else merged.push(range);
  }
  return merged;
}

/** @param path its extension decides the language. */
export function parseSource(path: string, text: string): ts.SourceFile {
  return ts.createSourceFile(
    path,
    text,
    ts.ScriptTarget.Latest,
    true,
    path.endsWith('.ts') ? ts.ScriptKind.TS : ts.ScriptKind.JS,
  );
}

export function commentsIn(path: string, source: ts.SourceFile): Passage[] {
  return commentRanges(source).map(({ pos, end }) => ({
    kind: 'comment',
    path,
    line: source.getLineAndCharacterOfPosition(pos).line + 1,
    text: plain(source.text.slice(pos, end)),
  }));
}

/**
 * Literals of four words or more: log lines, errors, help, titles of tests. Skips SQL statements.
 */
export function messagesIn(path: string, source: ts.SourceFile): Passage[] {
  const found: Passage[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) || ts.isTemplateExpression(node)) {
      const text = ts.isStringLiteralLike(node)
        ? node.text
        : node.getText(source).replace(/\$\{[^}]*\}/g, '…');
      const isEnglish =
        text.split(/\s+/).length >= 4 &&
        !/\b(SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|WHERE)\b/.test(text);
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      if (isEnglish)
        found.push({
          kind: 'message',
          path,
          line: line + 1,
          text: text.replace(/`[^`]*`/g, '`').trim(),
        });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Paragraphs, list items and table cells of a page, without blocks of code. */
export function paragraphsIn(path: string, page: string): Passage[] {
  const withoutBlocks = page.replace(/^(```|~~~).*?^\1\s*$/gms, (block) =>
    block.replace(/[^\n]/g, ''),
  );
  const found: Passage[] = [];
  let line = 1;
  for (const paragraph of withoutBlocks.split(/\n(?=\s*\n|\s*[-*#|]|\s*\d+\.)/)) {
    const pieces = paragraph.trim().startsWith('|') ? paragraph.split('|') : [paragraph];
    for (const piece of pieces) {
      const withoutCode = piece.replace(/`[^`\n]*`/g, '`').replace(/\]\([^)]*\)/g, ']');
      const text = withoutCode
        .replace(/^\s*(?:[-*]|#+|\d+\.)\s+/, '')
        .replace(/\*\*/g, '')
        .replace(/\s+/g, ' ')
        .trim();
      if (/\p{L}/u.test(text)) found.push({ kind: 'page', path, line, text });
    }
    line += paragraph.split('\n').length;
  }
  return found;
}

export const wordsIn = (text: string): number => text.match(/\p{L}[\p{L}\p{N}’'-]*/gu)?.length ?? 0;

export function findingsIn({ path, line, text }: Passage): Finding[] {
  const excerptAt = (index: number): string => text.slice(Math.max(0, index - 30), index + 60);
  return RULES.flatMap((rule) =>
    [...text.matchAll(PATTERNS[rule])].map(({ index }) => ({
      rule,
      path,
      line,
      excerpt: excerptAt(index),
    })),
  );
}

/** Irregular participles that begin names; regular ones end in "ed". */
const PARTICIPLES = new Set(
  (
    'begun borne bound bought broken brought built caught chosen done drawn driven fallen felt forgotten given gone grown heard held hidden ' +
    'kept known laid lent lost made meant met paid proven risen said seen sent shown sold spent spoken stood struck stuck sworn taken taught ' +
    'thought thrown told torn understood woken won worn written'
  ).split(' '),
);
/** Words that end in "ed" but are not participles. */
const NO_PARTICIPLES = new Set(
  'embed exceed feed indeed need proceed seed shed speed succeed'.split(' '),
);

const firstWord = (name: string): string => (/^[a-z]+/.exec(name)?.[0] ?? '').toLowerCase();

export const beginsWithParticiple = (name: string): boolean => {
  const word = firstWord(name);
  return !NO_PARTICIPLES.has(word) && (PARTICIPLES.has(word) || /[a-z]{2}ed$/.test(word));
};

export interface FunctionName {
  name: string;
  path: string;
  line: number;
}

const holdsFunction = (node: ts.Node): boolean =>
  (ts.isVariableDeclaration(node) ||
    ts.isPropertyAssignment(node) ||
    ts.isPropertyDeclaration(node)) &&
  node.initializer !== undefined &&
  (ts.isArrowFunction(node.initializer) || ts.isFunctionExpression(node.initializer));

const isNamedFunction = (node: ts.Node): node is ts.NamedDeclaration =>
  ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node) || holdsFunction(node);

/** Named functions: declarations, methods, and constants or properties that hold a function. */
export function functionNamesIn(path: string, source: ts.SourceFile): FunctionName[] {
  const found: FunctionName[] = [];
  const visit = (node: ts.Node): void => {
    if (
      isNamedFunction(node) &&
      node.name &&
      ts.isIdentifier(node.name) &&
      !isTool(node.name.text)
    ) {
      found.push({
        name: node.name.text,
        path,
        line: source.getLineAndCharacterOfPosition(node.getStart()).line + 1,
      });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
