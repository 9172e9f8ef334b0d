/** Formats the figures of an objective: a share as a percentage, other figures as numbers. Pure. */
import { plain } from '../../shared/format.js';
import type { Objective } from '../record/result.js';

/** Digits of a percentage: availability is compared to the thousandth of a percent. */
const DIGITS = 3;

/** An objective whose name begins with "availability" is a share. */
export const isShare = ({ name }: Pick<Objective, 'name'>): boolean =>
  name.startsWith('availability');

/** `100 %` for the share 1, `99.5 %` for 0.995; `5,000` for a number. */
export const formatFigure = (objective: Pick<Objective, 'name'>, value: number): string =>
  isShare(objective) ? `${Number((value * 100).toFixed(DIGITS))} %` : plain(value);
