import type { Bits, OperandOf, Shape, StreamIn, StreamOut, ValueOf } from '../../hdl/index.ts';

/** Joins two streams within a module, each item changed on its way. Latency 0 cycles. */
export const mapStream = <From extends Shape, To extends Shape>(
  source: StreamIn<From>,
  sink: StreamOut<To>,
  change: (data: ValueOf<From>) => OperandOf<ValueOf<To>>,
): void => {
  sink.valid.set(source.valid);
  sink.data.set(change(source.data));
  source.ready.set(sink.ready);
};

/**
 * Joins two streams within a module, letting through the items for which `keep` holds; the others are taken at once and
 * dropped. Latency 0 cycles.
 */
export const filterStream = <S extends Shape>(
  source: StreamIn<S>,
  sink: StreamOut<S>,
  keep: (data: ValueOf<S>) => Bits<1>,
): void => {
  const kept = keep(source.data);
  sink.valid.set(source.valid.and(kept));
  sink.data.set(source.data);
  source.ready.set(sink.ready.or(kept.not()));
};

/**
 * Joins two streams within a module, where `open` holds: while it does not, nothing passes. `open` falls only after an
 * item has passed, or valid could fall.
 */
export const gateStream = <S extends Shape>(source: StreamIn<S>, sink: StreamOut<S>, open: Bits<1>): void => {
  sink.valid.set(source.valid.and(open));
  sink.data.set(source.data);
  source.ready.set(sink.ready.and(open));
};
