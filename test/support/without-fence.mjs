/**
 * A build without the fence, for controls: `node --import tsx --import …/without-fence.mjs service/main.ts`. Loads shared/ledger.ts with
 * a condition that always holds in the place of the fence; every other file is as it is. Nothing in production code knows of it.
 * When the fence is not found as it is written here, the service does not start: a control must not pass by losing its mutation.
 */
import { register } from 'node:module';
import { isMainThread } from 'node:worker_threads';

const FENCE = 'FROM leadership WHERE partition = $1 AND term = $2 AND leader = $3 FOR SHARE';
/** Names the same parameters, with their types: PostgreSQL must still be able to tell them. */
const ALWAYS = "WHERE $1::int >= 0 AND $2::bigint >= 0 AND $3::text <> ''";

/** Node runs hooks in a thread of their own, which loads this very file again. */
if (isMainThread) register(import.meta.url);

export async function load(url, context, nextLoad) {
  const loaded = await nextLoad(url, context);
  if (!new URL(url).pathname.endsWith('/shared/ledger.ts')) return loaded;
  const source = String(loaded.source);
  if (!source.includes(FENCE)) throw new Error('shared/ledger.ts has no fence to remove: bring without-fence.mjs up to date');
  return { ...loaded, source: source.replaceAll(FENCE, ALWAYS) };
}
