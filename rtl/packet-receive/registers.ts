/** The control registers of the packet receive engine: `docs/systems/receive-engine.md`, "Registers". */
import { registerMap } from '../parts/register-map/declare.ts';

export const registerAddressWidth = 12;

interface Given {
  readonly dataWidth: number;
  readonly clients: number;
  readonly addressWidth: number;
  readonly slotBytes: number;
}

export const packetReceiveRegisters = (p: Given) => {
  const wide = p.addressWidth > 32;
  const interrupts = {
    chains: {
      description: 'A chain, or as many as moderation asks for, is in the ring of the client.',
      width: p.clients,
    },
    stopped: { description: 'A ring has stopped: a write to it was refused.', low: 16 },
  } as const;
  const rings = (description: string) => ({ rings: { description, width: p.clients } });
  return registerMap({
    name: 'packet_receive',
    description: 'Control registers of the packet receive engine.',
    addressWidth: registerAddressWidth,
    registers: {
      identification: {
        description: 'Names the engine.',
        address: 0x000,
        access: 'constant',
        fields: { value: { description: 'The text "PRX1", first letter highest.', width: 32, value: 0x50525831 } },
      },
      geometry: {
        description: 'Parameters that the engine was built with.',
        address: 0x004,
        access: 'constant',
        fields: {
          data_width: { description: 'Bits a beat.', width: 16, value: p.dataWidth },
          clients: { description: 'Rings.', width: 8, value: p.clients },
          slot_width: { description: "Bytes of a ring's entry, log2.", width: 8, value: Math.log2(p.slotBytes) },
        },
      },
      interrupt_status: {
        description: 'What has happened since it was last cleared.',
        address: 0x010,
        access: 'write-one-to-clear',
        fields: interrupts,
      },
      interrupt_enable: { description: 'What raises the interrupt.', address: 0x014, fields: interrupts },
      ring_stopped: {
        description: 'Rings that a refused write has stopped.',
        address: 0x018,
        access: 'read-only',
        fields: rings('One bit a ring.'),
      },
      ring_restart: {
        description: 'Makes a stopped ring go on after the last whole entry, while nothing is under way.',
        address: 0x01c,
        access: 'pulse',
        fields: rings('One bit a ring.'),
      },
      moderation: {
        description: 'When chains raise the interrupt.',
        address: 0x020,
        fields: {
          chains: { description: 'At so many chains of a client.', width: 8, reset: 1 },
          cycles: { description: 'Or so many cycles after the first of them.', width: 16, low: 16 },
        },
      },
      truncated: { kind: 'counter', description: 'Packets longer than an entry holds.', address: 0x024, width: 32 },
      ring_base_low: {
        description: 'Where a ring begins, bits 31 to 12.',
        address: 0x100,
        count: p.clients,
        fields: { base: { description: 'Address bits 31 to 12.', width: 20, low: 12 } },
      },
      ...(wide && {
        ring_base_high: {
          description: 'Where a ring begins, the bits from 32 up.',
          address: 0x140,
          count: p.clients,
          fields: { base: { description: 'Address bits from 32 up.', width: Math.max(1, p.addressWidth - 32) } },
        } as const,
      }),
      ring_control: {
        description: 'Size of a ring, and whether it is used.',
        address: 0x180,
        count: p.clients,
        fields: {
          entries: { description: 'Its entries, log2.', width: 4 },
          enable: { description: 'Packets go there.', low: 8 },
        },
      },
      consumer: {
        description: 'Entries that the client is done with.',
        address: 0x1c0,
        count: p.clients,
        fields: { index: { description: 'Counted from the beginning; wraps.', width: 16 } },
      },
      producer: {
        description: 'Entries that are whole in memory.',
        address: 0x200,
        count: p.clients,
        access: 'read-only',
        fields: { index: { description: 'Counted from the beginning; wraps.', width: 16 } },
      },
      delivered: {
        kind: 'counter',
        description: "Packets in the client's ring.",
        address: 0x240,
        count: p.clients,
        width: 32,
      },
      overflow: {
        kind: 'counter',
        description: "Packets for which the client's ring had no room.",
        address: 0x280,
        count: p.clients,
        width: 32,
      },
    },
  });
};
