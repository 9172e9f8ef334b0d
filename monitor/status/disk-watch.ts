/**
 * Reads the free space of the disk of this installation every two seconds, for the status and the
 * alert. A folder that cannot be read has no view, because 0 would be wrong.
 */
import { statfs } from 'node:fs/promises';
import type { DiskStatus } from '../../shared/contracts/status.js';
import { gauge } from '../../shared/observability/metrics.js';
import { PolledView } from './polled-view.js';

const MEGABYTE = 1_000_000;

export interface DiskWatchOptions {
  /** Empty: no disk is watched. */
  folder: string;
  /** Free space below this is low, in MB. */
  leastMb: number;
}

export class DiskWatch extends PolledView<DiskStatus | null> {
  constructor(private readonly options: DiskWatchOptions) {
    super();
  }

  protected get isConfigured(): boolean {
    return this.options.folder !== '';
  }

  protected async read(): Promise<DiskStatus | null> {
    try {
      const { bavail, bsize } = await statfs(this.options.folder);
      const freeMb = Math.floor((bavail * bsize) / MEGABYTE);
      return { freeMb, leastMb: this.options.leastMb };
    } catch {
      return null;
    }
  }
}

let source: () => DiskStatus | null = () => null;

/** Sets the source of the gauges. */
export const measureDisk = (read: () => DiskStatus | null): void => void (source = read);

gauge(
  'relevo_disk_free_bytes',
  'Free space of the disk of this installation. No sample: not watched, or not readable.',
  [],
  function () {
    this.reset();
    const disk = source();
    if (disk) this.set(disk.freeMb * MEGABYTE);
  },
);
gauge(
  'relevo_disk_least_bytes',
  'The alert about the disk fires below this free space (DISK_LEAST_MB). No sample: not watched, or not readable.',
  [],
  function () {
    this.reset();
    const disk = source();
    if (disk) this.set(disk.leastMb * MEGABYTE);
  },
);
