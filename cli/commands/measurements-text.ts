/** Formats the rounds and the settings of the measurements, within 80 columns. Pure. */
import { SAMPLING_PERIOD, type SeriesRound } from '../../shared/contracts/measurements.js';
import type { NodeData } from '../../shared/zookeeper/data.js';
import type { StoredSettings } from '../../shared/zookeeper/settings.js';
import { formatDayAndTime, formatDuration, formatTime } from '../output/format-time.js';
import { formatTable } from '../output/table.js';

/** A setting for programs. `value` null: not set, so that the default applies. */
const toDocument = <T>(data: NodeData | null, parse: (text: string) => T): object => ({
  value: data && parse(data.text),
  version: data?.version ?? null,
  changedAt: data?.changedAt.toISOString() ?? null,
});

export const toSettingsDocument = ({ samplingPeriod, apiUrl }: StoredSettings): object => ({
  samplingPeriodSeconds: toDocument(samplingPeriod, Number),
  apiUrl: toDocument(apiUrl, String),
});

const describeChange = (data: NodeData | null): string =>
  data ? `version ${data.version}, ${formatDayAndTime(data.changedAt)}` : 'not set: the default';

export function formatSettings({ samplingPeriod, apiUrl }: StoredSettings): string {
  const rows = [
    [
      'sampling period',
      `${samplingPeriod?.text ?? SAMPLING_PERIOD.default} s`,
      describeChange(samplingPeriod),
    ],
    ['API', apiUrl?.text ?? 'API_URL of each device', describeChange(apiUrl)],
  ];
  return formatTable(['setting', 'value', 'changed'], rows).join('\n');
}

/** Newest last, as the API returns them; a missing round has no mean. */
export function formatSeries(rounds: readonly SeriesRound[]): string {
  if (rounds.length === 0) return 'There has been no round yet.';
  const rows = rounds.map(({ round, at, mean, devices, epoch }) => [
    String(round),
    formatTime(new Date(at)),
    formatDuration(mean),
    String(devices),
    String(epoch),
  ]);
  return formatTable(['round', 'time', 'mean', 'devices', 'epoch'], rows).join('\n');
}
