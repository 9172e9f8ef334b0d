/**
 * `relevo open`: opens a web page in the browser. Without a page it prints the addresses of all
 * pages. Without a terminal or without a desktop it prints the address only.
 */
import { command, flag, type Context } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { findOpener, openAddress } from '../programs/open-browser.js';
import type { Target } from '../target.js';

const PAGES = [
  { name: 'staff', role: 'patients', path: '/', describe: 'staff pages: bill, pay, exit pass' },
  { name: 'console', role: 'monitor', path: '/', describe: "operator's console" },
  { name: 'docs', role: 'patients', path: '/docs', describe: 'API documentation' },
] as const;

interface Page {
  name: string;
  url: string;
  describe: string;
}

const findPages = (target: Target, name: string | null): Page[] =>
  PAGES.flatMap(({ role, path, ...page }) => {
    const [address] = target.addresses(role);
    return address === undefined || (name ?? page.name) !== page.name
      ? []
      : [{ ...page, url: address + path }];
  });

/** Prints the address, and opens it where that is possible. */
async function show({ url }: Page, { terminal, env }: Context): Promise<void> {
  terminal.out(url);
  if (!terminal.isTerminal) return;
  const opener = findOpener(env, process.platform);
  if (opener === null) terminal.err('This machine has no desktop: open the address in a browser.');
  else if (!(await openAddress(opener, url))) terminal.err(`${opener} could not be started.`);
}

export const open = command({
  command: 'open [page]',
  describe: 'Open a web page, or print the addresses of all',
  group: 'The system',
  positionals: {
    page: { choices: PAGES.map(({ name }) => name), doc: 'The page' },
  },
  options: { print: flag('Print the address without opening it') },
  examples: [
    ['relevo open console', 'in the browser of this machine'],
    ['curl "$(relevo open docs)"', 'without a terminal it only prints the address'],
  ],
  async run(args, context) {
    const { terminal } = context;
    const pages = findPages(context.target(args), args.page);
    if (args.json)
      terminal.out(
        JSON.stringify(Object.fromEntries(pages.map(({ name, url }) => [name, url])), null, 2),
      );
    else if (args.page === null)
      pages.forEach(({ name, url, describe }) =>
        terminal.out(`${name.padEnd(8)} ${url.padEnd(30)} ${describe}`),
      );
    else if (args.print) pages.forEach(({ url }) => terminal.out(url));
    else for (const page of pages) await show(page, context);
    return EXIT.done;
  },
});
