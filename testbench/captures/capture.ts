/** One captured frame. */
export interface CapturedPacket {
  /** Time of arrival in nanoseconds since 1970-01-01 00:00 UTC; 0 where the file keeps no time. */
  readonly timestampNanoseconds: bigint;
  /** The bytes that were kept, without the frame check sequence: a view into the file's bytes. */
  readonly data: Uint8Array;
  /** Bytes that the frame had on the line, without the frame check sequence. */
  readonly originalLength: number;
}

export interface Capture {
  /** Link type as registered for capture files; always 1, Ethernet: others are refused. */
  readonly linkType: number;
  readonly packets: readonly CapturedPacket[];
  /** Oddities that did not stop the reader, one line each. */
  readonly warnings: readonly string[];
}

export interface ReadCaptureOptions {
  /** A file that stops in the middle of a packet: refused with an error, or its whole packets kept with a warning. */
  readonly truncated?: 'refuse' | 'keep';
}

export type ByteOrder = 'little' | 'big';
