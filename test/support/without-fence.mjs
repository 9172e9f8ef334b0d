/**
 * A build without the fence, for controls: `node --import tsx --import …/without-fence.mjs
 * service/main.ts`. Loads shared/postgres/fence.ts with a condition that always holds instead of
 * the fence; all other files are unchanged. Production code does not refer to this file. When the
 * fence is not found as written here, the service does not start: a control must not pass because
 * its mutation was lost.
 */
import { register } from 'node:module';
import { isMainThread } from 'node:worker_threads';

const FENCE = 'FROM leadership WHERE partition = $1 AND term = $2 AND leader = $3 FOR SHARE';
/** Names the same parameters with their types, so that PostgreSQL can infer them. */
const ALWAYS = "WHERE $1::int >= 0 AND $2::bigint >= 0 AND $3::text <> ''";

/** Node runs hooks in a separate thread, which loads this file again. */
if (isMainThread) register(import.meta.url);

export async function load(url, context, nextLoad) {
  const loaded = await nextLoad(url, context);
  if (!new URL(url).pathname.endsWith('/shared/postgres/fence.ts')) return loaded;
  const source = String(loaded.source);
  if (!source.includes(FENCE))
    throw new Error(
      'shared/postgres/fence.ts has no fence to remove: bring without-fence.mjs up to date',
    );
  return { ...loaded, source: source.replaceAll(FENCE, ALWAYS) };
}
