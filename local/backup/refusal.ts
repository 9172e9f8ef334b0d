/** The refusals of backup, restore and move: one sentence, with a code for programs. */
import { StartError } from '../errors.js';

export type CopyRefusalCode =
  | 'FILE_EXISTS'
  | 'FILE_UNREADABLE'
  | 'ARCHIVE_FOREIGN'
  | 'ARCHIVE_DAMAGED'
  | 'ARCHIVE_NEWER'
  | 'NO_DATA'
  | 'NOT_EMPTY'
  | 'IN_USE'
  | 'NOT_EQUAL';

/** A refused request. Nothing was changed. */
export class CopyRefusal extends StartError {
  constructor(
    readonly code: CopyRefusalCode,
    message: string,
  ) {
    super(message, 1);
    this.name = 'CopyRefusal';
  }
}
