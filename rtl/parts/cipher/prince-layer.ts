import { type Bits, bits, input, module, output } from '../../hdl/index.ts';
import { inverseLinear, linear, mixed, substitute } from './prince-layers.ts';

const layer = (name: string, next: (state: Bits) => Bits<64>) =>
  module(
    `prince_${name}_layer`,
    { state: input(bits(64)), next: output(bits(64)) },
    (io) => {
      io.next.set(next(io.state));
    },
    { documentation: 'A layer of PRINCE without its key: S-boxes and a linear map. Combinational.' },
  );

/** What PRINCE does between two additions of keys, by where it stands: in its first half, its middle, its second half, and at its end. */
export const princeLayers = {
  forward: layer('forward', (state) => linear(substitute(state, 'forward'))),
  middle: layer('middle', (state) => mixed(substitute(state, 'forward'))),
  inverse: layer('inverse', (state) => inverseLinear(substitute(state, 'inverse'))),
  last: layer('last', (state) => substitute(state, 'inverse')),
} as const;
