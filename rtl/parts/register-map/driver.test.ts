import { fc, test } from '@fast-check/vitest';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { RegisterAccessError } from './bus.ts';
import { createDriver } from './driver.ts';
import { exampleMap } from './example.ts';

const memoryBus = () => {
  const words = new Map<number, number>();
  const trace: string[] = [];
  return {
    words,
    trace,
    read: (address: number) => {
      trace.push(`read ${address.toString(16)}`);
      return words.get(address) ?? 0;
    },
    write: (address: number, data: number) => {
      trace.push(`write ${address.toString(16)} ${data.toString(16)}`);
      words.set(address, data);
    },
  };
};

describe('createDriver', () => {
  it('reads and writes fields by name', () => {
    const bus = memoryBus();
    const driver = createDriver(exampleMap, bus, 0x1000);
    bus.words.set(0x1004, 0x8000_0071);
    expect(driver.control.read()).toEqual({ enable: 1, mode: 7, busy: 1 });
    driver.control.write({ enable: 0, mode: 15, start: 1 });
    driver.control.modify({ mode: 3 });
    driver.secret.at(1).write({ word: 0xffff_ffff });
    driver.faults.write({ lanes: 15 });
    expect(bus.trace).toEqual([
      'read 1004',
      'write 1004 1f0',
      'read 1004',
      'write 1004 30',
      'write 1010 ffffffff',
      'write 1008 3c0',
    ]);
    expectTypeOf(driver.control.read()).toEqualTypeOf<{
      readonly enable: number;
      readonly mode: number;
      readonly busy: number;
    }>();
    // @ts-expect-error a register of constants is not written
    expect(driver.identification.write).toBeUndefined();
    // @ts-expect-error a write-only register is not read
    expect(driver.secret.at(0).read).toBeUndefined();
  });

  it('reads wide counters low word first', () => {
    const bus = memoryBus();
    const driver = createDriver(exampleMap, bus);
    bus.words.set(0x108, 0xffff_fffe).set(0x10c, 0xabcd);
    expect(driver.bytes.at(1).read()).toBe(0xabcd_ffff_fffen);
    expect(driver.bytes.length).toBe(2);
    expect(bus.trace).toEqual(['read 108', 'read 10c']);
    bus.words.set(0x058, 7);
    expect(driver.frames.read()).toBe(7n);
  });

  it('waits for a bus that takes its time, in order', async () => {
    const bus = memoryBus();
    const slow = {
      read: async (address: number) => bus.read(address),
      write: async (address: number, data: number) => bus.write(address, data),
    };
    const driver = createDriver(exampleMap, slow);
    await driver.map.write(2, { page: 0xfedcb, valid: 1, owner: 0xaaaa });
    expect(await driver.map.read(2)).toEqual({ page: 0xfedcb, valid: 1, owner: 0xaaaa });
    await driver.control.modify({ mode: 2 });
    expect(bus.trace).toEqual(['write 290 800fedcb', 'write 294 aaaa', 'read 290', 'read 294', 'read 4', 'write 4 20']);
  });

  it('refuses indices, names and values that the map does not have', () => {
    const bus = memoryBus();
    const driver = createDriver(exampleMap, bus);
    expect(() => driver.table.read(12)).toThrow(
      new RegisterAccessError('example_unit.table has elements 0 to 11, but was asked for 12'),
    );
    expect(() => driver.key.at(-1)).toThrow(RegisterAccessError);
    expect(() => driver.key.at(2).write({ word: 2 ** 20 })).toThrow(
      'example_unit.key[2].word is given 1048576, but its 20 bits hold 0 to 1048575',
    );
    expect(() => driver.control.write({ enable: 1 } as never)).toThrow('example_unit.control.mode is not given');
    expect(() => driver.control.write({ enable: 1, mode: 1, busy: 1 } as never)).toThrow(
      "no field 'busy' that can be written",
    );
    expect(bus.trace).toEqual([]);
  });

  test.prop([fc.nat(7), fc.nat(511), fc.nat(11)])('a window gives back what was written', (client, weight, index) => {
    const driver = createDriver(exampleMap, memoryBus());
    driver.table.write(index, { client, weight });
    expect(driver.table.read(index)).toEqual({ client, weight });
  });
});
