import { bits, concat, input, module, output } from '../../hdl/index.ts';
import { inverseSBox, sBox } from './aes-field.ts';
import { sBoxCircuit } from './aes-sbox-circuit.ts';

/** How an S-box is made: `gates` is the circuit of Boyar and Peralta, `table` a table of 256 bytes that is left to synthesis. */
export const sBoxConstructions = ['gates', 'table'] as const;
export type SBoxConstruction = (typeof sBoxConstructions)[number];

export interface SBoxParameters {
  /** The S-box (FIPS 197, 5.1.1), or its inverse (5.3.2). */
  readonly direction: 'forward' | 'inverse';
  readonly construction: SBoxConstruction;
}

/** One byte through the AES S-box or its inverse: combinational, so in the same time for every byte. */
export const aesSBox = (p: SBoxParameters) =>
  module(
    p.direction === 'forward' ? 'aes_sbox' : 'aes_inverse_sbox',
    { value: input(bits(8)), substitute: output(bits(8)) },
    (io, m) => {
      if (p.construction === 'gates') {
        io.substitute.set(concat(...[...sBoxCircuit(io.value, p.direction)].reverse()).resize(8));
        return;
      }
      const contents = p.direction === 'forward' ? sBox : inverseSBox;
      const { substitutes } = m.roms({ substitutes: { type: bits(8), contents } });
      io.substitute.set(substitutes.read(io.value));
    },
    { documentation: 'The AES S-box or its inverse (FIPS 197).', parameters: { construction: p.construction } },
  );
