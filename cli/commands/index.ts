/** Every command, in the order of the overview. */
import type { Command } from '../command.js';
import { accept } from './accept.js';
import { programs } from '../programs/programs.js';
import { backup } from './backup.js';
import { batch } from './batch.js';
import { completion } from './completion.js';
import { deploy } from './deploy.js';
import { doctor } from './doctor.js';
import { down } from './down.js';
import { handover } from './handover.js';
import { leaders } from './leaders.js';
import { listenCommand } from './listen.js';
import { logs } from './logs.js';
import { measurements } from './measurements.js';
import { move } from './move.js';
import { open } from './open.js';
import { cancel, capture, refund, voidCommand } from './operate.js';
import { pay } from './pay.js';
import { bill, patients, payment, payments } from './records.js';
import { restartCommand } from './restart.js';
import { restoreCommand } from './restore.js';
import { drain, maint, ready } from './set-state.js';
import { status } from './status.js';
import { tokens } from './tokens.js';
import { trigger } from './trigger.js';
import { up } from '../programs/up.js';

export const COMMANDS: readonly Command[] = [
  up,
  down,
  restartCommand,
  status,
  doctor,
  open,
  logs,
  listenCommand,
  measurements,
  tokens,
  backup,
  restoreCommand,
  move,
  pay,
  trigger,
  batch,
  payments,
  payment,
  patients,
  bill,
  refund,
  cancel,
  capture,
  voidCommand,
  accept,
  leaders,
  handover,
  drain,
  maint,
  ready,
  ...programs,
  deploy,
  completion,
];
