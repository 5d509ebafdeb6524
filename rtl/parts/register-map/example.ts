import { registerMap } from './declare.ts';

/** A map with one of everything, for the tests of what is made of maps. */
export const exampleMap = registerMap({
  name: 'example_unit',
  description: 'One of every kind of register.',
  addressWidth: 12,
  registers: {
    identification: {
      access: 'constant',
      description: 'Names the block.',
      fields: { value: { width: 32, value: 0x504b5531, description: 'ASCII "PKU1".' } },
    },
    control: {
      description: 'Starts and stops.',
      fields: {
        enable: { reset: 1, description: 'Whether the block runs.' },
        mode: { width: 4, low: 4, reset: 5, description: 'How it runs.' },
        start: { access: 'pulse', low: 8, description: 'Starts one run.' },
        busy: { access: 'read-only', low: 31, description: 'Whether it is running.' },
      },
    },
    faults: {
      access: 'write-one-to-clear',
      description: 'What went wrong.',
      fields: {
        overflow: { description: 'Something was lost.' },
        lanes: { width: 4, low: 6, description: 'In which lanes.' },
      },
    },
    secret: {
      access: 'write-only',
      description: 'A key, never read back.',
      count: 2,
      fields: { word: { width: 32, reset: [0x1234, 0xffffffff], description: 'A word of the key.' } },
    },
    key: {
      address: 0x040,
      count: 3,
      stride: 8,
      description: 'The hash key.',
      fields: { word: { width: 20, reset: [1, 2, 3], description: 'A word of the key.' } },
    },
    level: {
      access: 'read-only',
      description: 'How full the queue is.',
      fields: { items: { width: 10, description: 'Items waiting.' } },
    },
    frames: { kind: 'counter', width: 32, description: 'Frames received.' },
    bytes: { kind: 'counter', width: 48, count: 2, address: 0x100, description: 'Bytes received.' },
    table: {
      kind: 'window',
      address: 0x200,
      depth: 12,
      description: 'Where each hash goes.',
      fields: {
        client: { width: 3, description: 'The client.' },
        weight: { width: 9, description: 'Its weight.' },
      },
    },
    map: {
      kind: 'window',
      address: 0x280,
      depth: 4,
      description: 'Page map entries.',
      fields: {
        page: { width: 20, description: 'Page number.' },
        valid: { low: 31, description: 'Whether the entry counts.' },
        owner: { low: 32, width: 16, description: 'Who owns the page.' },
      },
    },
  },
});
