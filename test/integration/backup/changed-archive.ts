/** Writes a changed copy of an archive, with a valid seal: an archive of another program. */
import { open } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import type { Manifest } from '../../../local/backup/manifest.js';
import { openArchive } from '../../../local/backup/read-archive.js';
import { writeArchive } from '../../../local/backup/write-archive.js';
import { Meter } from '../../../local/backup/meter.js';

/**
 * @param change changes the manifest.
 * @param without the tables whose rows are left out, also in the manifest.
 */
export async function changeArchive(
  from: string,
  to: string,
  change: (manifest: Manifest) => void,
  without: readonly string[] = [],
): Promise<void> {
  const archive = await openArchive(from, { signal: new AbortController().signal });
  const handle = await open(to, 'wx', 0o600);
  try {
    await writeArchive(handle, async (writer) => {
      const { manifest } = archive;
      for (const table of manifest.tables) {
        const meter = new Meter();
        const isLeftOut = without.includes(table.name);
        if (isLeftOut) meter.end();
        else (await archive.openTable(table.name)).pipe(meter);
        writer.addTable(table.name, meter);
        await finished(meter);
        if (isLeftOut) Object.assign(table, meter.finishMeasure());
      }
      change(manifest);
      writer.addManifest(manifest);
    });
  } finally {
    await handle.close();
    archive.close();
  }
}
