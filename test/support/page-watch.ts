/**
 * Records every problem of a page: errors in its console, exceptions, violations of its policy,
 * dialogs, requests to other hosts. Recording starts when the page is created. A test lists the
 * problems it expects; any other problem fails the test at its end.
 */
import type { Page } from 'playwright-core';

/** Console lines about the status of the page's own address: the test judges the answer itself. */
const REFUSED_DOCUMENT = /the server responded with a status of 4\d\d/;

interface Noted {
  text: string;
  /** The address that the line refers to; '' when unknown. */
  url: string;
}

const isLocal = (url: string): boolean => {
  const { protocol, hostname } = new URL(url);
  return (
    !/^(https?|wss?):$/.test(protocol) || ['127.0.0.1', 'localhost', '[::1]'].includes(hostname)
  );
};

export class PageWatch {
  /** Requested addresses in order, including those of its own server. */
  readonly requests: string[] = [];
  private readonly noted: Noted[] = [];
  private readonly documents = new Set<string>();
  private readonly expected: RegExp[] = [];

  constructor(page: Page) {
    const note = (text: string, url = ''): void => void this.noted.push({ text, url });
    page.on('console', (line) => {
      if (['error', 'warning', 'assert'].includes(line.type()))
        note(`console ${line.type()}: ${line.text()}`, line.location().url);
    });
    page.on('pageerror', (error) => note(`exception: ${error.message}`));
    page.on('crash', () => note('the page crashed'));
    page.on('dialog', (dialog) => {
      note(`dialog: ${dialog.message()}`);
      void dialog.dismiss().catch(() => undefined);
    });
    page.on('request', (request) => {
      this.requests.push(request.url());
      if (request.isNavigationRequest() && request.frame() === page.mainFrame())
        this.documents.add(request.url());
      if (!isLocal(request.url())) note(`asked another host: ${request.url()}`);
    });
  }

  /**
   * Accepts matching problems in this test, such as a stream that breaks when the test stops its
   * server.
   */
  expects(...patterns: readonly RegExp[]): void {
    this.expected.push(...patterns);
  }

  /** The unexpected problems. */
  problems(): string[] {
    const isProblem = ({ text, url }: Noted): boolean =>
      !this.expected.some((pattern) => pattern.test(text)) &&
      !(REFUSED_DOCUMENT.test(text) && this.documents.has(url));
    return this.noted
      .filter(isProblem)
      .map(({ text, url }) => (url === '' ? text : `${text} (${url})`));
  }
}
