/** The control registers of the write gate: `docs/systems/write-gate.md`, "Registers". */
import { registerMap } from '../parts/register-map/declare.ts';

export const registerAddressWidth = 12;

interface Given {
  readonly dataWidth: number;
  readonly pageWidth: number;
  readonly outstanding: number;
}

export const writeGateRegisters = (p: Given) => {
  const interrupts = { held: { description: 'A write is held.' } } as const;
  return registerMap({
    name: 'write_gate',
    description: 'Control registers of the write gate.',
    addressWidth: registerAddressWidth,
    registers: {
      identification: {
        description: 'Names the gate.',
        address: 0x000,
        access: 'constant',
        fields: { value: { description: 'The text "WGT1", first letter highest.', width: 32, value: 0x57475431 } },
      },
      geometry: {
        description: 'Parameters that the gate was built with.',
        address: 0x004,
        access: 'constant',
        fields: {
          data_width: { description: 'Bits a beat.', width: 16, value: p.dataWidth },
          page_width: { description: 'Pages that can be marked, log2.', width: 8, value: p.pageWidth },
          outstanding: { description: 'Writes let through and not answered.', width: 8, value: p.outstanding },
        },
      },
      interrupt_status: {
        description: 'What has happened since it was last cleared; set again while it goes on.',
        address: 0x010,
        access: 'write-one-to-clear',
        fields: interrupts,
      },
      interrupt_enable: { description: 'What raises the interrupt.', address: 0x014, fields: interrupts },
      status: {
        description: 'The gate in the cycle of the read.',
        address: 0x018,
        access: 'read-only',
        fields: {
          held: { description: 'A write is held.' },
          busy: { description: 'Writes that were let through are not answered.' },
          page: { description: 'The page of the write that is held.', low: 8, width: p.pageWidth },
        },
      },
      control: {
        description: 'Whether and how writes pass.',
        address: 0x01c,
        fields: {
          enable: { description: 'Writes to marked pages are held.' },
          stop: { description: 'No write passes.' },
        },
      },
      mark: {
        description: 'Marks a page, or lets go of it.',
        address: 0x020,
        access: 'pulse',
        fields: {
          page: { description: 'Address bits from 12 up.', width: p.pageWidth },
          hold: { description: 'Writes to the page are held from now on.', low: 24 },
          let_go: { description: 'They are no more.', low: 25 },
        },
      },
      holds: { kind: 'counter', description: 'Writes that were held.', address: 0x024, width: 32 },
      held_cycles: { kind: 'counter', description: 'Cycles in which one was.', address: 0x028, width: 32 },
    },
  });
};
