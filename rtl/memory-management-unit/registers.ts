/** A memory management unit's register map, as `docs/systems/memory-management-unit.md` gives it. */
import { registerMap } from '../parts/register-map/declare.ts';

export const registerAddressWidth = 12;

/** Parameters that shape the map. */
interface Shape {
  readonly dataWidth: number;
  readonly addressWidth: number;
  readonly formWidth: number;
  readonly virtualWidth: number;
  readonly idWidth: number;
  readonly entries: number;
  readonly domainWidth: number;
  readonly sideband: boolean;
  readonly reads: number;
  readonly writes: number;
  readonly timerWidth: number;
  readonly cookieWidth: number;
  readonly cookieIndexWidth: number;
}

const interruptFields = {
  fault: { description: 'An access was answered with an error of the unit: see `fault`.' },
  difference: { description: 'The two memories gave different data.' },
};

const built = (p: Shape) => ({
  identification: {
    description: 'Names the memory management unit.',
    address: 0x000,
    access: 'constant' as const,
    fields: { value: { description: 'The text "MMU1", first letter highest.', width: 32, value: 0x4d4d5531 } },
  },
  geometry: {
    description: 'Parameters that the unit was built with.',
    address: 0x004,
    access: 'constant' as const,
    fields: {
      data_width: { description: 'Bits a beat.', width: 8, value: p.dataWidth },
      address_width: { description: 'Bits of an address in a memory.', width: 8, value: p.addressWidth },
      virtual_width: { description: 'Bits of an address of the processor.', width: 8, value: p.virtualWidth },
      entries: { description: 'Entries of the TLB.', width: 8, value: p.entries },
    },
  },
  capacity: {
    description: 'More of these parameters.',
    address: 0x008,
    access: 'constant' as const,
    fields: {
      reads: { description: 'Reads in flight.', width: 8, value: p.reads },
      writes: { description: 'Writes in flight.', width: 8, value: p.writes },
      domain_width: { description: 'Bits of a domain number.', width: 4, value: p.domainWidth },
      form_width: { description: 'Bits of a form.', width: 4, value: p.formWidth },
      id_width: { description: 'Bits of an identifier of the processor.', width: 4, value: p.idWidth },
      sideband: { description: 'The domain comes in user signals.', value: p.sideband ? 1 : 0 },
    },
  },
  cookies: {
    description: 'Parameters of the cookies.',
    address: 0x00c,
    access: 'constant' as const,
    fields: {
      cookie_width: { description: 'Bits of a cookie.', width: 8, value: p.cookieWidth },
      index_width: { description: 'Bits that choose a cookie.', width: 8, value: p.cookieIndexWidth },
    },
  },
});

const faults = (p: Shape) => ({
  fault_clear: {
    description: 'Makes room for the record of the next fault.',
    address: 0x024,
    access: 'pulse' as const,
    fields: { clear: { description: 'Clears `fault.recorded`.' } },
  },
  fault: {
    description: 'The first fault since the record was cleared.',
    address: 0x028,
    access: 'read-only' as const,
    fields: {
      recorded: { description: 'There was one.' },
      write: { description: 'It was of a write.' },
      cause: { description: '1 no translation, 2 malformed, 3 permission, 4 lost.', width: 3, low: 4 },
      domain: { description: 'The domain.', width: p.domainWidth, low: 8 },
      identifier: { description: 'The identifier of the access.', width: p.idWidth, low: 16 },
    },
  },
  fault_address_low: {
    description: 'Virtual address of the access of the recorded fault.',
    address: 0x02c,
    access: 'read-only' as const,
    fields: { address: { description: 'Bits 31 to 0.', width: 32 } },
  },
  ...(p.virtualWidth > 32 && {
    fault_address_high: {
      description: 'Virtual address of the access of the recorded fault, the bits from 32 up.',
      address: 0x030,
      access: 'read-only',
      fields: { address: { description: 'The bits from 32 up.', width: p.virtualWidth - 32 } },
    } as const,
  }),
});

const difference = (p: Shape) => ({
  difference: {
    description: 'The first beat that differed since interrupt status `difference` was last 0.',
    address: 0x064,
    access: 'read-only' as const,
    fields: {
      beat: { description: 'Which of its burst, the first being 0.', width: 8 },
      domain: { description: 'The domain.', width: p.domainWidth },
      identifier: { description: 'The identifier of the access.', width: p.idWidth, low: 16 },
    },
  },
  difference_address_low: {
    description: 'Virtual address of that burst.',
    address: 0x068,
    access: 'read-only' as const,
    fields: { address: { description: 'Bits 31 to 0.', width: 32 } },
  },
  ...(p.virtualWidth > 32 && {
    difference_address_high: {
      description: 'Virtual address of that burst, the bits from 32 up.',
      address: 0x06c,
      access: 'read-only',
      fields: { address: { description: 'The bits from 32 up.', width: p.virtualWidth - 32 } },
    } as const,
  }),
});

const tables = (p: Shape) => {
  const low = { description: 'Address bits 31 to 13.', width: Math.min(32, p.addressWidth) - 13, low: 13 };
  const high = { description: 'The bits from 32 up.', width: p.addressWidth - 32 };
  const wide = p.addressWidth > 32;
  return {
    tables: {
      description: 'In which memories the domain table is.',
      address: 0x034,
      fields: {
        valid: { description: 'There is one.' },
        first: { description: 'It is in memory 0.' },
        second: { description: 'It is in memory 1.' },
        first_form: { description: 'The form of its addresses in memory 0.', width: 4, low: 4 },
        second_form: { description: 'The form of its addresses in memory 1.', width: 4, low: 8 },
      },
    },
    tables_first_low: {
      description: 'Where the domain table is in memory 0.',
      address: 0x038,
      fields: { frame: low },
    },
    ...(wide && {
      tables_first_high: {
        description: 'Where the domain table is in memory 0, the bits from 32 up.',
        address: 0x03c,
        fields: { frame: high },
      } as const,
    }),
    tables_second_low: {
      description: 'Where the domain table is in memory 1.',
      address: 0x040,
      fields: { frame: low },
    },
    ...(wide && {
      tables_second_high: {
        description: 'Where the domain table is in memory 1, the bits from 32 up.',
        address: 0x044,
        fields: { frame: high },
      } as const,
    }),
  };
};

const counter = (description: string, address: number) => ({
  kind: 'counter' as const,
  description,
  address,
  width: 32,
});

export const memoryManagementUnitRegisters = (p: Shape) =>
  registerMap({
    name: 'memory_management_unit',
    description: 'Control registers of a memory management unit.',
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
      domain: {
        description: 'The domain of every access, unless domains come in user signals.',
        address: 0x018,
        fields: { number: { description: 'The domain.', width: p.domainWidth } },
      },
      control: {
        description: 'How addresses are found.',
        address: 0x01c,
        fields: { direct: { description: 'Every page is at the same address in both memories: for starting up.' } },
      },
      timeout: {
        description: 'Cycles without progress after which a memory fails; 0: never.',
        address: 0x020,
        fields: { cycles: { description: 'Cycles.', width: p.timerWidth, reset: 2 ** p.timerWidth - 1 } },
      },
      ...faults(p),
      ...tables(p),
      hits: counter('Lookups that hit and entered.', 0x050),
      misses: counter('Walks started by a miss.', 0x054),
      restarts: counter('Accesses whose cookie had changed.', 0x058),
      failovers: counter('Reads tried again on the other memory after an error.', 0x05c),
      differences: counter('Compared beats that differed.', 0x060),
      ...difference(p),
    },
  });
