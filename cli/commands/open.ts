/** `relevo open`: prints the addresses of the web pages. Most terminals turn them into links. */
import { command } from '../command.js';
import { EXIT } from '../exit-codes.js';

const PAGES = [
  { name: 'staff', role: 'patients', path: '/', describe: 'staff pages: bill, pay, exit pass' },
  { name: 'console', role: 'monitor', path: '/', describe: "operator's console" },
  { name: 'docs', role: 'patients', path: '/docs', describe: 'API documentation' },
] as const;

export const open = command({
  command: 'open [page]',
  describe: 'Print the addresses of the web pages',
  group: 'The system',
  positionals: {
    page: { choices: PAGES.map(({ name }) => name), doc: 'The page' },
  },
  options: {},
  examples: [['xdg-open $(relevo open console)', 'in a browser']],
  async run(args, context) {
    const target = context.target(args);
    const pages = PAGES.flatMap(({ name, role, path, describe }) => {
      const [address] = target.addresses(role);
      return address === undefined || (args.page ?? name) !== name
        ? []
        : [{ name, url: address + path, describe }];
    });
    if (args.json)
      context.terminal.out(
        JSON.stringify(Object.fromEntries(pages.map(({ name, url }) => [name, url])), null, 2),
      );
    else if (args.page) context.terminal.out(pages.map(({ url }) => url).join('\n'));
    else
      context.terminal.out(
        pages
          .map(({ name, url, describe }) => `${name.padEnd(8)} ${url.padEnd(30)} ${describe}`)
          .join('\n'),
      );
    return EXIT.done;
  },
});
