/**
 * Style and script of the pages, read once at the start. Their path contains a digest of their
 * contents, so browsers may cache them for ever.
 */
import { createHash } from 'node:crypto';
import { readAsset } from '../../shared/web/assets.js';

export interface PageAsset {
  path: string;
  contentType: string;
  text: string;
}

const DIGEST_LENGTH = 12;

function asset(
  name: string,
  extension: 'css' | 'js',
  contentType: string,
  text: string,
): PageAsset {
  const digest = createHash('sha256').update(text).digest('hex').slice(0, DIGEST_LENGTH);
  return {
    path: `/assets/${name}-${digest}.${extension}`,
    contentType: `${contentType}; charset=utf-8`,
    text,
  };
}

export const STYLE = asset(
  'staff',
  'css',
  'text/css',
  readAsset('shared/web/theme.css') + readAsset('patients/web/style.css'),
);
export const SCRIPT = asset('staff', 'js', 'text/javascript', readAsset('patients/web/script.js'));
