/** The option parser of the public address of the pages. */
import type { Option } from '../../shared/config.js';

/** An origin without a path, `https://billing.example.org`; null: the address of the request. */
export function publicUrl(
  env: string,
  { default: fallback, doc }: { default: string | null; doc: string },
): Option<string | null> {
  return {
    env,
    doc,
    default: fallback,
    parse: (text) => {
      if (text === 'auto') return null;
      const parsed = URL.canParse(text) ? new URL(text) : null;
      if (
        !parsed ||
        !/^https?:$/.test(parsed.protocol) ||
        parsed.origin !== text.replace(/\/$/, '')
      ) {
        throw new Error(
          `must be auto or an address without a path, such as https://billing.example.org, got "${text}"`,
        );
      }
      return parsed.origin;
    },
  };
}
