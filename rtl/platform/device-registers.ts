/**
 * The registers of the devices that stand outside the machine, as `docs/systems/platform.md` gives them. They are
 * simulated, the same for every implementation of the platform; software drives them through these maps.
 */
import { registerMap } from '../parts/register-map/declare.ts';

/** Bytes of a disk's block, and of the sectors in which one moves. */
export const diskBlockBytes = 4096;
export const diskSectorBytes = 512;
/** Where a disk's buffer of one block lies in its region. */
export const diskBufferOffset = 0x1000;

const registerAddressWidth = 12;

const identification = (text: string, value: number) =>
  ({
    description: 'Names the device.',
    address: 0x000,
    access: 'constant',
    fields: { value: { description: `The text "${text}", first letter highest.`, width: 32, value } },
  }) as const;

type InterruptFields = Readonly<Record<string, { readonly description: string }>>;

const interrupts = <const Fields extends InterruptFields>(fields: Fields) =>
  ({
    interrupt_status: {
      description: 'What has happened since it was last cleared.',
      address: 0x010,
      access: 'write-one-to-clear',
      fields,
    },
    interrupt_enable: { description: 'What raises the interrupt.', address: 0x014, fields },
  }) as const;

export const diskRegisters = registerMap({
  name: 'disk',
  description: 'A disk with a buffer of one block.',
  addressWidth: registerAddressWidth,
  registers: {
    identification: identification('DSK1', 0x44534b31),
    capacity: {
      description: 'Size of the medium.',
      address: 0x008,
      access: 'read-only',
      fields: { blocks: { description: 'Blocks of 4096 bytes.', width: 32 } },
    },
    ...interrupts({
      done: { description: 'A command has ended.' },
      error: { description: 'A command was not one that can be done.' },
    }),
    block: {
      description: 'The block that the next command is about.',
      address: 0x018,
      fields: { number: { description: 'Its number, from 0.', width: 32 } },
    },
    command: {
      description: 'Begins to move a block, unless the disk is busy.',
      address: 0x01c,
      access: 'pulse',
      fields: {
        read: { description: 'From the medium to the buffer.' },
        write: { description: 'From the buffer to the medium.' },
      },
    },
    status: {
      description: 'What the disk does.',
      address: 0x020,
      access: 'read-only',
      fields: { busy: { description: 'A block is moving.' } },
    },
  },
});

export const consoleRegisters = registerMap({
  name: 'console',
  description: 'A line of characters each way.',
  addressWidth: registerAddressWidth,
  registers: {
    identification: identification('CON1', 0x434f4e31),
    ...interrupts({
      received: { description: 'A byte has come.' },
      sent: { description: 'The last byte has left.' },
    }),
    status: {
      description: 'How full the queues are.',
      address: 0x018,
      access: 'read-only',
      fields: {
        waiting: { description: 'Bytes received and not taken.', width: 8 },
        free: { description: 'Bytes that can be sent now.', width: 8 },
      },
    },
    transmit: {
      description: 'Sends a byte; one that finds the queue full is lost.',
      address: 0x01c,
      access: 'pulse',
      fields: { byte: { description: 'The byte.', width: 8 }, send: { description: 'Sends it.' } },
    },
    receive: {
      description: 'The oldest byte received.',
      address: 0x020,
      access: 'read-only',
      fields: { byte: { description: 'The byte.', width: 8 }, valid: { description: 'There is one.' } },
    },
    take: {
      description: 'Removes the oldest byte received.',
      address: 0x024,
      access: 'pulse',
      fields: { take: { description: 'Removes it.' } },
    },
  },
});

export const timerRegisters = registerMap({
  name: 'timer',
  description: 'Time since power-on, and one alarm.',
  addressWidth: registerAddressWidth,
  registers: {
    identification: identification('TMR1', 0x544d5231),
    now: { kind: 'counter', description: 'Cycles since power-on.', address: 0x008, width: 64 },
    ...interrupts({ due: { description: 'The alarm has gone off.' } }),
    compare_low: {
      description: 'When the alarm is due, low word.',
      address: 0x018,
      fields: { cycles: { description: 'Bits 31 to 0.', width: 32 } },
    },
    compare_high: {
      description: 'When the alarm is due, high word.',
      address: 0x01c,
      fields: { cycles: { description: 'Bits 63 to 32.', width: 32 } },
    },
    control: {
      description: 'Arms the alarm, which disarms itself.',
      address: 0x020,
      fields: { armed: { description: 'The alarm goes off when `now` reaches `compare`.' } },
    },
  },
});

export const networkRegisters = registerMap({
  name: 'network_port',
  description: 'A port that frames come from.',
  addressWidth: registerAddressWidth,
  registers: {
    identification: identification('NET1', 0x4e455431),
    ...interrupts({ link: { description: 'The line went up or down.' } }),
    control: {
      description: 'Whether frames are taken from the line.',
      address: 0x018,
      fields: { enable: { description: 'They are.' } },
    },
    status: {
      description: 'The line.',
      address: 0x01c,
      access: 'read-only',
      fields: { link: { description: 'It is up.' } },
    },
    frames: { kind: 'counter', description: 'Frames taken.', address: 0x020, width: 32 },
    dropped: { kind: 'counter', description: 'Frames lost.', address: 0x024, width: 32 },
  },
});
