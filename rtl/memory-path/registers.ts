/** The memory path's register map, as `docs/systems/memory-path.md` gives it. */
import { registerMap } from '../parts/register-map/declare.ts';

export const registerAddressWidth = 12;

/** Parameters that shape the map. */
interface Shape {
  readonly dataWidth: number;
  readonly addressWidth: number;
  readonly select: number;
  readonly sideband: boolean;
  readonly keySlots: number;
  readonly dataUnit: number;
  readonly unrolled: number;
  readonly princeRounds: number;
  readonly reads: number;
  readonly writes: number;
}

const interruptFields = {
  scan: { description: 'A scan has ended.' },
  key: { description: 'A commit of a key slot has ended.' },
  tamper: { description: 'The tamper input was 1, and all keys are cleared.' },
  key_dropped: { description: 'A command to a key slot was dropped, with its lock.' },
};

const built = (p: Shape) => ({
  identification: {
    description: 'Names the memory path.',
    address: 0x000,
    access: 'constant' as const,
    fields: { value: { description: 'The text "MPA1", first letter highest.', width: 32, value: 0x4d504131 } },
  },
  geometry: {
    description: 'Parameters that the path was built with.',
    address: 0x004,
    access: 'constant' as const,
    fields: {
      data_width: { description: 'Bits a beat.', width: 8, value: p.dataWidth },
      address_width: { description: 'Bits of a memory address.', width: 8, value: p.addressWidth },
      select: { description: 'Bits that choose the form.', width: 4, value: p.select },
      key_slots: { description: 'Slots for keys.', width: 4, value: p.keySlots },
      sideband: { description: 'The form comes in user signals.', value: p.sideband ? 1 : 0 },
    },
  },
  capacity: {
    description: 'More of these parameters.',
    address: 0x008,
    access: 'constant' as const,
    fields: {
      reads: { description: 'Read pieces in flight.', width: 8, value: p.reads },
      writes: { description: 'Write pieces in flight.', width: 8, value: p.writes },
      unrolled: { description: 'AES rounds in hardware.', width: 8, value: p.unrolled },
      prince_rounds: { description: 'PRINCE rounds in a cycle.', width: 8, value: p.princeRounds },
    },
  },
  unit: {
    description: 'The XTS data unit.',
    address: 0x00c,
    access: 'constant' as const,
    fields: { bytes: { description: 'Its bytes.', width: 16, value: p.dataUnit } },
  },
});

const keys = (p: Shape) => ({
  key_status: {
    description: 'State of the key slots, one bit each.',
    address: 0x018,
    access: 'read-only' as const,
    fields: {
      loaded: { description: 'It holds a key.', width: p.keySlots },
      locked: { description: 'It cannot be changed until reset.', width: p.keySlots, low: 8 },
      busy: { description: 'A commit is under way.', width: p.keySlots, low: 16 },
    },
  },
  key_staged: {
    description: 'Words of the staged key that were written since they were last cleared.',
    address: 0x01c,
    access: 'read-only' as const,
    fields: { words: { description: 'One bit each.', width: 16 } },
  },
  key_kind: {
    description: 'What a key slot last loaded is for.',
    address: 0x020,
    count: p.keySlots,
    access: 'read-only' as const,
    fields: { kind: { description: '1 AES-128, 2 AES-256, 3 PRINCE.', width: 2 } },
  },
  key_command: {
    description: 'Begins a commit of a key slot that is not locked, of a key that is staged whole.',
    address: 0x040,
    count: p.keySlots,
    access: 'pulse' as const,
    fields: {
      aes128: { description: 'Loads the staged key for AES-128.' },
      aes256: { description: 'Loads the staged key for AES-256.' },
      prince: { description: 'Loads the staged key for PRINCE.' },
      clear: { description: 'Clears the slot.' },
      lock: { description: 'Locks the slot until reset.' },
    },
  },
  key: {
    description: 'The staged key: words 0 to 7 are key 1, 8 to 15 key 2, each from its lowest bytes up.',
    address: 0x080,
    count: 16,
    access: 'write-only' as const,
    fields: { word: { description: 'Four bytes, the first lowest.', width: 32 } },
  },
  form: {
    description: 'What a form asks for; form 0 is plain whatever it holds.',
    address: 0x100,
    count: 2 ** p.select,
    fields: {
      valid: { description: 'The form may be used.' },
      channel: { description: '1 AES-128, 2 AES-256, 3 PRINCE.', width: 2, low: 4 },
      slot: { description: 'The key slot.', width: 3, low: 8 },
    },
  },
});

const scanner = (p: Shape) => {
  const wide = p.addressWidth > 32;
  return {
    scan_address_low: {
      description: 'Where the scan begins, from the line up.',
      address: 0x180,
      fields: { line: { description: 'Bits from 6 up.', width: Math.min(32, p.addressWidth) - 6, low: 6 } },
    },
    ...(wide && {
      scan_address_high: {
        description: 'Where the scan begins, the bits from 32 up.',
        address: 0x184,
        fields: { line: { description: 'The bits from 32 up.', width: p.addressWidth - 32 } },
      } as const,
    }),
    scan_lines: {
      description: 'Lines of 64 bytes to scan.',
      address: 0x188,
      fields: { count: { description: 'Lines.', width: Math.min(32, p.addressWidth - 6) } },
    },
    scan_form: {
      description: 'The form that the scan reads with.',
      address: 0x18c,
      fields: { form: { description: 'The form.', width: p.select } },
    },
    scan_pattern_low: {
      description: 'What every 8 bytes are compared with, the lower 4.',
      address: 0x190,
      fields: { word: { description: 'Bits 31 to 0.', width: 32 } },
    },
    scan_pattern_high: {
      description: 'What every 8 bytes are compared with, the upper 4.',
      address: 0x194,
      fields: { word: { description: 'Bits 63 to 32.', width: 32 } },
    },
    scan_command: {
      description: 'Starts and stops the scanner.',
      address: 0x198,
      access: 'pulse' as const,
      fields: { start: { description: 'Starts a scan.' }, stop: { description: 'Stops it.' } },
    },
    scan_status: {
      description: 'What became of the scan.',
      address: 0x19c,
      access: 'read-only' as const,
      fields: {
        active: { description: 'It goes on.' },
        done: { description: 'It has ended.' },
        match: { description: 'Everything was the pattern.' },
        error: { description: 'Memory answered with an error, or the keys were cleared.' },
        refused: { description: 'The form could not be used.' },
        stopped: { description: 'It was stopped, by command or by a commit of its key slot.' },
      },
    },
    scan_result_low: {
      description: 'Address of the first difference or error, or of the stop, bits 31 to 0.',
      address: 0x1a0,
      access: 'read-only' as const,
      fields: { address: { description: 'Bits 31 to 0.', width: Math.min(32, p.addressWidth) } },
    },
    ...(wide && {
      scan_result_high: {
        description: 'Address of the first difference or error, or of the stop, the bits from 32 up.',
        address: 0x1a4,
        access: 'read-only',
        fields: { address: { description: 'The bits from 32 up.', width: p.addressWidth - 32 } },
      } as const,
    }),
  };
};

export const memoryPathRegisters = (p: Shape) =>
  registerMap({
    name: 'memory_path',
    description: 'Control registers of the memory path.',
    addressWidth: registerAddressWidth,
    registers: {
      ...built(p),
      interrupt_status: {
        description: 'What has happened since it was last cleared.',
        address: 0x010,
        access: 'write-one-to-clear',
        fields: interruptFields,
      },
      interrupt_enable: { description: 'What raises the interrupt.', address: 0x014, fields: interruptFields },
      ...keys(p),
      ...scanner(p),
      refused: { kind: 'counter', description: 'Requests refused.', address: 0x1c0, width: 32 },
      merged: {
        kind: 'counter',
        description: 'Reads for writes of a part of a block.',
        address: 0x1c4,
        width: 32,
      },
      decrypted: { kind: 'counter', description: 'Blocks decrypted.', address: 0x1c8, width: 48 },
      encrypted: { kind: 'counter', description: 'Blocks encrypted.', address: 0x1d0, width: 48 },
    },
  });
