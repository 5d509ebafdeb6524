export interface CaptureFault {
  /** The capture as the reader knows it: its file name. */
  readonly capture: string;
  /** Offset in bytes from the start of the file at which the fault lies. */
  readonly offset: number;
  /** What is there. */
  readonly found: string;
  /** What should be there. */
  readonly expected: string;
  /** What the reader may do about it. */
  readonly advice?: string;
  /** Whether the file merely stops too early: all that was read before is whole. */
  readonly truncated?: boolean;
}

/** A capture file that cannot be read: the only error that the readers throw. The message says what, where and what was expected. */
export class CaptureError extends Error {
  override readonly name = 'CaptureError';
  readonly capture: string;
  readonly offset: number;
  readonly found: string;
  readonly expected: string;
  readonly truncated: boolean;

  constructor(fault: CaptureFault) {
    const advice = fault.advice === undefined ? '' : `. ${fault.advice}`;
    super(`${fault.capture}: byte ${fault.offset}: ${fault.found}; expected ${fault.expected}${advice}`);
    this.capture = fault.capture;
    this.offset = fault.offset;
    this.found = fault.found;
    this.expected = fault.expected;
    this.truncated = fault.truncated ?? false;
  }
}
