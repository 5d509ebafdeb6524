/** The keeper's register map, as `docs/systems/memory-management-unit.md` gives it. */
import { registerMap } from '../parts/register-map/declare.ts';
import { registerAddressWidth } from './registers.ts';

/** Parameters that shape the map. */
interface Shape {
  readonly dataWidth: number;
  readonly addressWidth: number;
  readonly formWidth: number;
  readonly cookieWidth: number;
  readonly cookieIndexWidth: number;
  readonly units: number;
}

const interruptFields = {
  change: { description: 'A memory was taken out of use, or came back.' },
  error: { description: 'An error response was counted.' },
  copy: { description: 'The copying of pages has ended.' },
};

const built = (p: Shape) => ({
  identification: {
    description: 'Names the keeper.',
    address: 0x000,
    access: 'constant' as const,
    fields: { value: { description: 'The text "MKP1", first letter highest.', width: 32, value: 0x4d4b5031 } },
  },
  geometry: {
    description: 'Parameters that the keeper was built with.',
    address: 0x004,
    access: 'constant' as const,
    fields: {
      data_width: { description: 'Bits a beat.', width: 8, value: p.dataWidth },
      address_width: { description: 'Bits of an address in a memory.', width: 8, value: p.addressWidth },
      form_width: { description: 'Bits of a form.', width: 4, value: p.formWidth },
      units: { description: 'Units that share it.', width: 4, value: p.units },
    },
  },
  cookies: {
    description: 'Parameters of the cookies.',
    address: 0x008,
    access: 'constant' as const,
    fields: {
      cookie_width: { description: 'Bits of a cookie.', width: 8, value: p.cookieWidth },
      index_width: { description: 'Bits that choose a cookie.', width: 8, value: p.cookieIndexWidth },
    },
  },
});

const memories = (p: Shape) => ({
  memory_status: {
    description: 'State of the memories, bit 0 of a pair for memory 0.',
    address: 0x018,
    access: 'read-only' as const,
    fields: {
      failed: { description: 'It is out of use.', width: 2 },
      restoring: { description: 'It is written, not read.', width: 2 },
      was_reset: { description: 'It was reset since it failed.', width: 2 },
      degraded: { description: 'It is in use, and errors of it were counted.', width: 2 },
      first_phase: {
        description: 'Reset of memory 0: 0 idle, 1 requesting, 2 clearing, 3 releasing.',
        width: 2,
        low: 8,
      },
      second_phase: { description: 'Reset of memory 1.', width: 2 },
      ready: { description: 'The cookies are cleared.', low: 16 },
      copying: { description: 'Pages are being copied.' },
      copy_failed: { description: 'The last copy could not start, or not end.' },
    },
  },
  memory_command: {
    description: 'Takes memories out of use and brings them back, bit 0 of a pair for memory 0.',
    address: 0x01c,
    access: 'pulse' as const,
    fields: {
      take_out: { description: 'Makes it fail.', width: 2 },
      reset: { description: 'Asks for the reset of a failed memory.', width: 2 },
      restore: { description: 'A memory that was reset is written again.', width: 2 },
      on_line: { description: 'A memory that was restored is read again.', width: 2 },
      log_clear: { description: 'Makes room for the log of the next failure.' },
    },
  },
  bump: {
    description: 'Takes a page back: the write is answered when no access to it is under way.',
    address: 0x020,
    access: 'pulse' as const,
    fields: {
      index: { description: 'Which cookie.', width: p.cookieIndexWidth },
      all: { description: 'Also drops every TLB entry, and starts walks anew.', low: 30 },
      start: { description: 'Does it.' },
    },
  },
  error_limit: {
    description: 'Errors with which a memory fails; 0: never.',
    address: 0x024,
    fields: { errors: { description: 'Errors.', width: 16 } },
  },
  timeout: {
    description: 'Cycles without progress after which a memory fails that pages are copied from or to; 0: never.',
    address: 0x028,
    fields: { cycles: { description: 'Cycles.', width: 16, reset: 0xffff } },
  },
  errors: {
    description: 'Error responses of a memory since it was last restored.',
    address: 0x030,
    count: 2,
    access: 'read-only' as const,
    fields: { count: { description: 'Errors; it stays at all ones.', width: 16 } },
  },
  log: {
    description: 'The first failure since the log was cleared.',
    address: 0x038,
    access: 'read-only' as const,
    fields: {
      logged: { description: 'There was one.' },
      memory: { description: 'Which memory.' },
      cause: {
        description: '1 refused or wrong answer, 2 timeout, 3 limit of errors, 4 taken out, 5 copying.',
        width: 3,
        low: 4,
      },
      unit: { description: 'Which unit told.', width: 3, low: 8 },
    },
  },
  log_cycle: {
    description: 'When the logged failure was.',
    address: 0x03c,
    access: 'read-only' as const,
    fields: { cycle: { description: 'Cycles since reset.', width: 32 } },
  },
});

const copying = (p: Shape) => {
  const low = { description: 'Address bits 31 to 12.', width: Math.min(32, p.addressWidth) - 12, low: 12 };
  const high = { description: 'The bits from 32 up.', width: p.addressWidth - 32 };
  return {
    copy_target: {
      description: 'Which memory pages are copied to, from the other.',
      address: 0x048,
      fields: { memory: { description: 'The memory.' } },
    },
    copy_from_low: { description: 'The first frame to read.', address: 0x04c, fields: { frame: low } },
    copy_to_low: { description: 'The first frame to write.', address: 0x050, fields: { frame: low } },
    ...(p.addressWidth > 32 && {
      copy_from_high: {
        description: 'The first frame to read, the bits from 32 up.',
        address: 0x054,
        fields: { frame: high },
      } as const,
      copy_to_high: {
        description: 'The first frame to write, the bits from 32 up.',
        address: 0x058,
        fields: { frame: high },
      } as const,
    }),
    copy_forms: {
      description: 'Forms of the addresses.',
      address: 0x05c,
      fields: {
        from: { description: 'Of those read.', width: 4 },
        to: { description: 'Of those written.', width: 4 },
      },
    },
    copy_pages: {
      description: 'Pages to copy.',
      address: 0x060,
      fields: { count: { description: 'Pages.', width: 20 } },
    },
    copy_pace: {
      description: 'Cycles between two lines, less one, for writes that wait.',
      address: 0x064,
      fields: { cycles: { description: 'Cycles.', width: 8, reset: 4 } },
    },
    copy_command: {
      description: 'Starts and stops the copying.',
      address: 0x068,
      access: 'pulse' as const,
      fields: { start: { description: 'Starts it.' }, stop: { description: 'Ends it after the present line.' } },
    },
    pages_done: {
      description: 'Pages copied since the last start.',
      address: 0x06c,
      access: 'read-only' as const,
      fields: { count: { description: 'Pages.', width: 20 } },
    },
  };
};

export const memoryKeeperRegisters = (p: Shape) =>
  registerMap({
    name: 'memory_keeper',
    description: 'Control registers of the keeper of two memories.',
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
      ...memories(p),
      cycle: { kind: 'counter', description: 'Cycles since reset.', address: 0x040, width: 32 },
      ...copying(p),
    },
  });
