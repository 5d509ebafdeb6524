/** Bus traces as lines of text, and where two of them part. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { TraceRecord } from '../../model/hardware/platform/index.ts';

/** A record as lines: cycle, channel, and its payload. */
export const traceLines = ({ cycle, handshakes }: TraceRecord): readonly string[] =>
  handshakes.map(({ channel, payload }) => {
    const values = Object.entries(payload).map(([name, value]) => `${name}=0x${value.toString(16)}`);
    return `${cycle} ${channel} ${values.join(' ')}`;
  });

/** The first record that two traces do not share. */
export interface TraceDifference {
  readonly cycle: number;
  readonly channel: string;
  /** What the first trace has there, and the second; `nothing` where the record is missing. */
  readonly expected: string;
  readonly seen: string;
}

interface Line {
  readonly cycle: number;
  readonly channel: string;
  readonly values: readonly string[];
}

const parsed = (text: string | undefined): Line => {
  const [cycle, channel = '', ...values] = (text ?? '').split(' ');
  return { cycle: text === undefined ? Number.POSITIVE_INFINITY : Number(cycle), channel, values };
};

const missing = 'nothing';

/** @param expected where the first differs; @param seen the same of the second; undefined where a trace has ended */
const describe = (expected: string | undefined, seen: string | undefined): TraceDifference => {
  const [one, other] = [parsed(expected), parsed(seen)];
  if (one.cycle === other.cycle && one.channel === other.channel) {
    const differs = (from: Line, to: Line): string =>
      from.values.filter((value, index) => value !== to.values[index]).join(' ');
    return { cycle: one.cycle, channel: one.channel, expected: differs(one, other), seen: differs(other, one) };
  }
  const first = other.cycle < one.cycle ? other : one;
  const { cycle, channel, values } = first;
  const text = values.join(' ');
  return { cycle, channel, expected: first === one ? text : missing, seen: first === one ? missing : text };
};

const linesOf = (path: string): AsyncIterator<string> =>
  createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })[Symbol.asyncIterator]();

/** Compares two files of trace lines; null where they are the same. */
export const firstDifference = async (expected: string, seen: string): Promise<TraceDifference | null> => {
  const [one, other] = [linesOf(expected), linesOf(seen)];
  for (;;) {
    const [left, right] = await Promise.all([one.next(), other.next()]);
    const [expectedLine, seenLine] = [left, right].map((each) => (each.done === true ? undefined : each.value));
    if (expectedLine === undefined && seenLine === undefined) return null;
    if (expectedLine === seenLine) continue;
    await Promise.all([one.return?.(), other.return?.()]);
    return describe(expectedLine, seenLine);
  }
};
