import {
  type Bits,
  type BitsSignal,
  input,
  module,
  output,
  type RecordFields,
  record,
  type Shape,
} from '../../hdl/index.ts';
import { registerSlice } from '../stream/register-slice.ts';
import { type Axi4Options, axi4 } from './bundles.ts';

type Cut = 'forward' | 'backward' | 'full';

export const channelNames = ['aw', 'w', 'b', 'ar', 'r'] as const;
export type ChannelName = (typeof channelNames)[number];

/** The payload of each channel of an AXI4 interface, as records of the signals' names without the channel's. */
export const axi4Payloads = (options: Axi4Options): Readonly<Record<ChannelName, RecordFields>> => {
  const fields = axi4(options).fields as Readonly<Record<string, { readonly flipped?: unknown }>>;
  const payload = (channel: ChannelName): RecordFields => {
    const names = Object.keys(fields).filter(
      (name) => name.startsWith(channel) && name !== `${channel}valid` && name !== `${channel}ready`,
    );
    return Object.fromEntries(
      names.map((name) => [name.slice(channel.length), (fields[name]?.flipped ?? fields[name]) as Shape]),
    );
  };
  return { aw: payload('aw'), w: payload('w'), b: payload('b'), ar: payload('ar'), r: payload('r') };
};

/**
 * A stage of registers in an AXI4 interface: one stream slice a channel, each cut as `cut` says (all in full when left out). A full slice
 * adds a cycle and passes a transfer a cycle; Arm IHI 0022, A1.3.2 allows one on any channel.
 *
 * @throws ParameterError
 */
export const axi4RegisterSlice = (p: Axi4Options & { readonly cut?: Partial<Readonly<Record<ChannelName, Cut>>> }) => {
  const { cut = {}, ...options } = p;
  const payloads = axi4Payloads(options);
  return module(
    'axi4_register_slice',
    { s_axi: input(axi4(options)), m_axi: output(axi4(options)) },
    (io, m) => {
      // Which signals there are depends on the options, so they are found by name.
      const subordinate = io.s_axi as unknown as Readonly<Record<string, BitsSignal>>;
      const manager = io.m_axi as unknown as Readonly<Record<string, BitsSignal>>;
      const at = (side: Readonly<Record<string, BitsSignal>>, name: string): BitsSignal => side[name] as BitsSignal;
      for (const channel of channelNames) {
        const type = record(payloads[channel]);
        const { [`${channel}_slice`]: slice } = m.instances({
          [`${channel}_slice`]: registerSlice({ type, cut: cut[channel] ?? 'full' }),
        });
        if (slice === undefined) throw new Error('the slice was just declared');
        const [from, to] = channel === 'b' || channel === 'r' ? [manager, subordinate] : [subordinate, manager];
        slice.push.valid.set(at(from, `${channel}valid`));
        at(from, `${channel}ready`).set(slice.push.ready);
        at(to, `${channel}valid`).set(slice.pop.valid);
        slice.pop.ready.set(at(to, `${channel}ready`));
        const pushed = slice.push.data as unknown as Readonly<Record<string, BitsSignal>>;
        const popped = slice.pop.data as unknown as Readonly<Record<string, Bits>>;
        for (const name of Object.keys(payloads[channel])) {
          at(pushed, name).set(at(from, `${channel}${name}`));
          at(to, `${channel}${name}`).set(popped[name] as Bits);
        }
      }
    },
    { documentation: 'A stage of registers in each channel of an AXI4 interface.' },
  );
};
