/** Finds the proxies of a system with a replicated storage. */
import type { StorageLinks } from '../network/storage-links.js';
import type { Cluster } from '../system/cluster.js';

/** @throws Error without proxies. */
export function getStorageLinks({ storageLinks }: Cluster): StorageLinks {
  if (storageLinks) return storageLinks;
  throw new Error('the system has no proxies between the parts of its storage');
}
