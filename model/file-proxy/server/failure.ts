import { encodeParts, type Parts } from '../protocol/codec.ts';
import { type ErrorCode, numberOfCode } from '../protocol/errors.ts';

/** The reply that refuses a request. */
export const failure = (tag: number, code: ErrorCode): Parts =>
  encodeParts({ name: 'Rlerror', tag, ecode: numberOfCode(code) });
