/** What AXI asks of the block at every channel that it drives: Arm IHI 0022, A3.2; IHI 0051, 2.2. */
import type { PortLayout, PortSlot } from '../../../rtl/hdl/port-layout.ts';
import type { Scoreboard } from '../driver.ts';
import { hexadecimal, inputSlot, outputSlot, readSlot } from '../ports.ts';
import type { ChannelPorts } from './channel.ts';

interface Watched {
  readonly ports: ChannelPorts;
  readonly valid: number;
  readonly ready: number;
  readonly payload: readonly PortSlot[];
  readonly held: Uint32Array;
  pending: boolean;
}

/** Valid, once up, stays with an unchanged payload until ready; in reset it falls. */
export const channelRules = (layout: PortLayout, channels: readonly ChannelPorts[]): Scoreboard => {
  const reset = inputSlot(layout, 'aresetn').word;
  const watched = channels.map((ports): Watched => {
    const payload = ports.payload.map((name) => outputSlot(layout, name));
    return {
      ports,
      valid: outputSlot(layout, ports.valid).word,
      ready: inputSlot(layout, ports.ready).word,
      payload,
      held: new Uint32Array(layout.outputWords),
      pending: false,
    };
  });
  let wasReset = false;
  return {
    name: 'AXI rules',
    cycle(inputs, outputs) {
      for (const channel of watched) {
        const valid = outputs[channel.valid] !== 0;
        if (wasReset && valid) return `${channel.ports.valid} is up in the cycle after an edge with aresetn low`;
        if (channel.pending) {
          if (!valid) return `${channel.ports.valid} fell before ${channel.ports.ready} was up`;
          for (const slot of channel.payload) {
            for (let word = slot.word; word < slot.word + slot.words; word += 1) {
              if (outputs[word] === channel.held[word]) continue;
              const [was, is] = [channel.held, outputs].map((record) =>
                hexadecimal(readSlot(record, slot), slot.width),
              );
              return `${slot.name} changed from ${was} to ${is} while ${channel.ports.valid} waited for ${channel.ports.ready}`;
            }
          }
        }
        channel.pending = valid && inputs[channel.ready] === 0 && inputs[reset] !== 0;
        if (channel.pending) channel.held.set(outputs);
      }
      wasReset = inputs[reset] === 0;
      return null;
    },
  };
};

/** The channels of a register port that the block drives. */
export const liteResponseChannels = (prefix: string): readonly ChannelPorts[] => [
  { valid: `${prefix}_bvalid`, ready: `${prefix}_bready`, payload: [`${prefix}_bresp`] },
  { valid: `${prefix}_rvalid`, ready: `${prefix}_rready`, payload: [`${prefix}_rdata`, `${prefix}_rresp`] },
];
