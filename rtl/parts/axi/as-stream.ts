import type {
  Assignable,
  Bits,
  BitsSignal,
  OperandOf,
  RecordFields,
  RecordShape,
  SignalOf,
  StreamIn,
  StreamOut,
  ValueOf,
} from '../../hdl/index.ts';

type Read<F extends RecordFields> = { readonly [Name in keyof F]: ValueOf<F[Name]> };

/** An AXI stream as the module sees it that receives it; `F` are its data signals. */
export type AxiStreamIn<F extends RecordFields> = Read<F> & {
  readonly tvalid: Bits<1>;
  readonly tready: BitsSignal<1>;
};
/** An AXI stream as the module sees it that sends it. */
export type AxiStreamOut<F extends RecordFields> = { readonly [Name in keyof F]: SignalOf<F[Name]> } & {
  readonly tvalid: BitsSignal<1>;
  readonly tready: Bits<1>;
};

/**
 * Joins an AXI stream to a stream whose data is a record of the same signals (`axiStreamData` of the same options): for
 * instance an input port to the `push` side of a buffer. Latency 0 cycles.
 */
export const receiveAxiStream = <F extends RecordFields>(
  axi: AxiStreamIn<F>,
  sink: StreamOut<RecordShape<F>>,
  data: RecordShape<F>,
): void => {
  sink.valid.set(axi.tvalid);
  axi.tready.set(sink.ready);
  const names = Object.keys(data.fields);
  sink.data.set(Object.fromEntries(names.map((name) => [name, axi[name]])) as OperandOf<ValueOf<RecordShape<F>>>);
};

/** The other way: a stream of records to the AXI stream of the same signals. Latency 0 cycles. */
export const sendAxiStream = <F extends RecordFields>(
  source: StreamIn<RecordShape<F>>,
  axi: AxiStreamOut<F>,
  data: RecordShape<F>,
): void => {
  axi.tvalid.set(source.valid);
  source.ready.set(axi.tready);
  for (const name of Object.keys(data.fields)) (axi[name] as Assignable).set(Reflect.get(source.data, name));
};
