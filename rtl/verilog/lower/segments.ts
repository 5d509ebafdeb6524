import { expressionsAt } from '../../hdl/expression.ts';
import type { Expression, Signal, SourceLocation, Statement } from '../../hdl/ir.ts';
import { simplest } from './known.ts';
import { subjectsOf } from './projection.ts';

/** Bits of a wire and what they always are. */
export interface Segment {
  readonly low: number;
  readonly value: Expression;
  readonly location: SourceLocation;
}

/** The segments that are left of `segment` beside bits `low` to `high`. */
const beside = (segment: Segment, low: number, high: number): Segment[] => {
  const { value, location } = segment;
  const top = segment.low + value.width - 1;
  if (segment.low > high || top < low) return [segment];
  const carrier = expressionsAt(location);
  const left: Segment[] = [];
  if (top > high)
    left.push({ low: high + 1, value: carrier.slice(value, high + 1 - segment.low, top - high), location });
  if (segment.low < low) left.push({ low: segment.low, value: carrier.slice(value, 0, low - segment.low), location });
  return left;
};

/** One constant for neighbouring constants. */
const joined = (segments: readonly Segment[]): readonly Segment[] => {
  const values = segments.map((segment) => simplest(segment.value));
  const [first] = segments;
  if (first === undefined || segments.length === 1 || values.some((value) => value.kind !== 'constant'))
    return segments;
  const value = expressionsAt(first.location).concatenation(values.toReversed());
  return [{ low: first.low, value, location: first.location }];
};

/**
 * The wires that are set, by segment, lowest first; null for those that take an always block: those set under a condition
 * and those that are a choice by index.
 */
export const plainSegments = (body: readonly Statement[]): Map<Signal, readonly Segment[] | null> => {
  const found = new Map<Signal, readonly Segment[] | null>();
  for (const statement of body) {
    if (statement.kind !== 'assign') {
      for (const subject of subjectsOf(statement))
        if (subject !== 'property' && 'kind' in subject) found.set(subject, null);
      continue;
    }
    const { target, low, value, location } = statement;
    if (target.kind !== 'wire') continue;
    const initial = target.initial === null ? [] : [{ low: 0, value: target.initial, location: target.location }];
    const before = found.has(target) ? found.get(target) : initial;
    if (before === null || before === undefined) continue;
    found.set(target, [
      ...before.flatMap((segment) => beside(segment, low, low + value.width - 1)),
      { low, value, location },
    ]);
  }
  for (const [signal, segments] of found) {
    if (segments === null) continue;
    const sorted = joined(segments.toSorted((left, right) => left.low - right.low));
    const [only] = sorted;
    const isChoice = sorted.length === 1 && only !== undefined && simplest(only.value).kind === 'select';
    found.set(signal, isChoice ? null : sorted);
  }
  return found;
};
