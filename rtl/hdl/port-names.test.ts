import { expect, expectTypeOf, test } from 'vitest';
import {
  bit,
  bits,
  bundle,
  type Elaborated,
  elaborate,
  enumeration,
  flip,
  type InputName,
  input,
  type ir,
  module,
  type OutputName,
  output,
  type Ports,
  portLayout,
  record,
  stream,
  vector,
} from './index.ts';

const header = record({ id: bits(4), flags: record({ last: bit }) });
const ports = {
  enable: input(bit),
  state: input(enumeration('IDLE', 'BUSY')),
  request: input(stream(header)),
  words: input(stream(bits(8))),
  list: input(vector(bits(2), 2)),
  bus: output(bundle({ awvalid: bit, awready: flip(bit), inner: bundle({ data: header }) })),
};

type Inputs =
  | 'aresetn'
  | 'enable'
  | 'state'
  | 'request_valid'
  | 'request_id'
  | 'request_flags_last'
  | 'words_valid'
  | 'words_data'
  | `list_${number}`
  | 'bus_awready';
type Outputs = 'request_ready' | 'words_ready' | 'bus_awvalid' | 'bus_inner_data_id' | 'bus_inner_data_flags_last';

test('the names of flattened ports are types, and are those that the layout has', () => {
  expectTypeOf<InputName<typeof ports>>().toEqualTypeOf<Inputs>();
  expectTypeOf<OutputName<typeof ports>>().toEqualTypeOf<Outputs>();
  expectTypeOf<InputName<Ports>>().toEqualTypeOf<string>();
  expectTypeOf<Elaborated<typeof ports>>().toExtend<ir.Module>();
  const layout = portLayout(
    elaborate(
      module('names', ports, (io) => {
        io.request.ready.set(io.enable);
        io.words.ready.set(io.words.valid.and(io.state.asBits().bit(0)));
        io.bus.awvalid.set(io.list.get(0).bit(0).and(io.bus.awready));
        io.bus.inner.data.set(io.request.data);
      }),
    ),
  );
  const names = (slots: readonly { readonly name: string }[]): readonly string[] => slots.map(({ name }) => name);
  const inputs: readonly Inputs[] = [
    'enable',
    'state',
    'request_valid',
    'request_id',
    'request_flags_last',
    'words_valid',
    'words_data',
    'list_0',
    'list_1',
    'bus_awready',
  ];
  const outputs: readonly Outputs[] = [
    'request_ready',
    'words_ready',
    'bus_awvalid',
    'bus_inner_data_id',
    'bus_inner_data_flags_last',
  ];
  expect(names(layout.inputs)).toEqual(inputs);
  expect(names(layout.outputs)).toEqual(outputs);
});
