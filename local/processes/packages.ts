/**
 * The npm packages inside a compiled service. Loading hundreds of small modules is most of the CPU
 * of a start, so packages are bundled, except those below. Bundled packages have no source maps: a
 * map of them all would need more memory and time than the packages themselves.
 *
 * Packages whose files are only served or read are found with `require.resolve` and need no row:
 * swagger-ui-dist, uplot.
 */
import { readFile } from 'node:fs/promises';
import type { BuildOptions, Plugin } from 'esbuild';

/** Packages that stay outside the bundle, and the reasons. */
export const OUTSIDE_PACKAGES: Readonly<Record<string, string>> = {
  '@opentelemetry/*':
    'loaded only when tracing is on; all users must share one instance of the API',
  '@prisma/client': 'one file already; its query compiler is 3 MB of WebAssembly, loaded later',
  'msgpackr-extract': 'native code, optional',
  'pg-native': 'native code, optional, not installed',
  '@valkey/valkey-glide': 'native code, optional, not installed',
};

/** Column 10,000,000 of line 1, which no file has: esbuild then maps nothing of the file. */
const NO_MAPPINGS = JSON.stringify({ version: 3, sources: [''], mappings: 'goriTAAA' });
const NO_MAP = `\n//# sourceMappingURL=data:application/json,${encodeURIComponent(NO_MAPPINGS)}`;

const withoutMaps: Plugin = {
  name: 'packages without source maps',
  setup(build) {
    build.onLoad({ filter: /\/node_modules\/.*\.(?:[cm]?js|json)$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const code = path.endsWith('.json') ? `module.exports = ${text}` : text;
      return { contents: `${code}${NO_MAP}`, loader: 'js' };
    });
  },
};

/** Defines the names that CommonJS packages use and that modules lack. */
const COMMON_JS = [
  "import { createRequire as createRequireOfBundle } from 'node:module';",
  'const require = createRequireOfBundle(import.meta.url);',
  'const { dirname: __dirname, filename: __filename } = import.meta;',
].join('\n');

/**
 * V8 keeps a source in one byte per character only when it contains no character beyond Latin-1.
 * esbuild escapes them in strings, but not in comments, which go, or in templates, which become
 * strings. Lines stay short because node prints the line of an exception that nothing caught.
 */
const ONE_BYTE: BuildOptions = {
  minifyWhitespace: true,
  lineLimit: 160,
  supported: { 'template-literal': false },
};

/** Options of esbuild for a service with its packages. */
export const WITH_PACKAGES: BuildOptions = {
  ...ONE_BYTE,
  external: Object.keys(OUTSIDE_PACKAGES),
  banner: { js: COMMON_JS },
  plugins: [withoutMaps],
};
