import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import type { RegisterMap } from '../parts/register-map/declare.ts';
import {
  cookieIndex,
  entryFields,
  frameWidth,
  markBits,
  memoryIdWidth,
  memoryKeeperParameters,
  memoryKeeperPortList,
  memoryKeeperRegisters,
  memoryManagementUnitParameters,
  memoryManagementUnitPortList,
  memoryManagementUnitRegisters,
  physicalWidth,
} from './interface.ts';

const words = (map: RegisterMap): string[] =>
  map.placed.map(({ name, address, count }) => `${address.toString(16).padStart(3, '0')} ${name} ${count}`);
const widthOf = (ports: readonly { name: string; width: number }[], name: string): number | undefined =>
  ports.find((port) => port.name === name)?.width;

describe('parameters', () => {
  it('have the specified defaults', () => {
    const unit = memoryManagementUnitParameters();
    expect(unit).toMatchObject({
      dataWidth: 64,
      virtualWidth: 39,
      entries: 32,
      domainWidth: 4,
      reads: 8,
      timerWidth: 16,
    });
    const keeper = memoryKeeperParameters();
    expect(keeper).toEqual({
      dataWidth: 64,
      addressWidth: 32,
      formWidth: 3,
      cookieWidth: 8,
      cookieIndexWidth: 8,
      units: 2,
    });
    expect(unit).toMatchObject({ addressWidth: 32, formWidth: 3, cookieWidth: 8, cookieIndexWidth: 8 });
  });

  it.each([
    [() => memoryManagementUnitParameters({ addressWidth: 23 }), /'addressWidth' of memory_management_unit is 23/],
    [() => memoryManagementUnitParameters({ virtualWidth: 40 }), /'virtualWidth' of memory_management_unit is 40/],
    [() => memoryManagementUnitParameters({ reads: 3 as 2 }), /must be 2, 4, 8 or 16/],
    [() => memoryManagementUnitParameters({ formWidth: 5 }), /from 0 to 4; the nearest allowed value is 4/],
    [() => memoryKeeperParameters({ cookieWidth: 1 }), /'cookieWidth' of memory_keeper is 1/],
    [() => memoryKeeperParameters({ units: 9 }), /from 1 to 8; the nearest allowed value is 8/],
  ])('are refused outside their range: %s', (make, message) => {
    expect(make).toThrow(message);
  });
});

describe('ports', () => {
  const smallest = { addressWidth: 24, formWidth: 0, virtualWidth: 32, idWidth: 1, cookieIndexWidth: 1 } as const;
  const widest = { addressWidth: 48, formWidth: 4, idWidth: 8, sideband: true, domainWidth: 8 } as const;

  it.each([smallest, {}, widest])('of units and keeper fit each other: %o', (values) => {
    const p = memoryManagementUnitParameters(values);
    const keeper = memoryKeeperPortList(
      memoryKeeperParameters({
        addressWidth: p.addressWidth,
        formWidth: p.formWidth,
        cookieIndexWidth: p.cookieIndexWidth,
        units: 8,
      }),
    );
    const unit = memoryManagementUnitPortList(p);
    const own = (name: string) => /^(aresetn|irq|s_axil?_.*|m\d_axi_.*)$/.test(name);
    const joined = unit.filter(({ name }) => !own(name));
    expect(joined).toHaveLength(19);
    for (const port of joined) {
      const other = keeper.find(({ name }) => name === port.name || name === `u7_${port.name}`);
      expect(other).toEqual({
        name: other?.name,
        width: port.width,
        direction: port.direction === 'input' ? 'output' : 'input',
      });
    }
    expect(widthOf(unit, 'm1_axi_araddr')).toBe(physicalWidth(p));
    expect(widthOf(keeper, 'm1_axi_araddr')).toBe(physicalWidth(p));
    expect(widthOf(unit, 'm0_axi_bid')).toBe(memoryIdWidth(p));
    expect(widthOf(keeper, 'm0_axi_bid')).toBe(1);
    expect(widthOf(unit, 'claim_frame')).toBe(frameWidth(p));
    expect(widthOf(unit, 's_axi_aruser')).toBe(p.sideband ? p.domainWidth : undefined);
    for (const list of [unit, keeper]) {
      expect(new Set(list.map(({ name }) => name)).size).toBe(list.length);
      expect(list.every(({ width }) => width > 0)).toBe(true);
    }
  });
});

describe('registers', () => {
  it('of a unit lie where specified', () => {
    expect(
      words(memoryManagementUnitRegisters(memoryManagementUnitParameters({ addressWidth: 40 }))),
    ).toMatchInlineSnapshot(`
      [
        "000 identification 1",
        "004 geometry 1",
        "008 capacity 1",
        "00c cookies 1",
        "010 interrupt_status 1",
        "014 interrupt_enable 1",
        "018 domain 1",
        "01c control 1",
        "020 timeout 1",
        "024 fault_clear 1",
        "028 fault 1",
        "02c fault_address_low 1",
        "030 fault_address_high 1",
        "034 tables 1",
        "038 tables_first_low 1",
        "03c tables_first_high 1",
        "040 tables_second_low 1",
        "044 tables_second_high 1",
        "050 hits 1",
        "054 misses 1",
        "058 restarts 1",
        "05c failovers 1",
        "060 differences 1",
        "064 difference 1",
        "068 difference_address_low 1",
        "06c difference_address_high 1",
      ]
    `);
  });

  it('of the keeper lie where specified', () => {
    expect(words(memoryKeeperRegisters(memoryKeeperParameters({ addressWidth: 40 })))).toMatchInlineSnapshot(`
      [
        "000 identification 1",
        "004 geometry 1",
        "008 cookies 1",
        "010 interrupt_status 1",
        "014 interrupt_enable 1",
        "018 memory_status 1",
        "01c memory_command 1",
        "020 bump 1",
        "024 error_limit 1",
        "028 timeout 1",
        "030 errors 2",
        "038 log 1",
        "03c log_cycle 1",
        "040 cycle 1",
        "048 copy_target 1",
        "04c copy_from_low 1",
        "050 copy_to_low 1",
        "054 copy_from_high 1",
        "058 copy_to_high 1",
        "05c copy_forms 1",
        "060 copy_pages 1",
        "064 copy_pace 1",
        "068 copy_command 1",
        "06c pages_done 1",
      ]
    `);
  });

  it('for high address bits are there only where there are such bits', () => {
    const narrow = memoryManagementUnitParameters({
      addressWidth: 24,
      virtualWidth: 32,
      idWidth: 8,
      domainWidth: 8,
      timerWidth: 32,
    });
    expect(words(memoryManagementUnitRegisters(narrow)).filter((word) => word.includes('_high'))).toEqual([]);
    const keeper = memoryKeeperRegisters(memoryKeeperParameters({ addressWidth: 32, cookieIndexWidth: 12 }));
    expect(words(keeper).filter((word) => word.includes('_high'))).toEqual([]);
  });
});

describe('cookieIndex', () => {
  const p = { addressWidth: 32, cookieIndexWidth: 8 };

  it('folds memory, super and frame number', () => {
    // 20 bits of frame, super at bit 20, memory at bit 21: three pieces.
    expect(cookieIndex(p, { memory: 0, superPage: false, frame: 0x12345 })).toBe(0x45 ^ 0x23 ^ 0x01);
    expect(cookieIndex(p, { memory: 1, superPage: false, frame: 0x12345 })).toBe(0x45 ^ 0x23 ^ 0x21);
    expect(cookieIndex(p, { memory: 0, superPage: true, frame: 0x12345 })).toBe(0x00 ^ 0x22 ^ 0x11);
    expect(
      cookieIndex({ addressWidth: 48, cookieIndexWidth: 12 }, { memory: 1, superPage: false, frame: 0xfff_fff_fff }),
    ).toBe(0xfff ^ 0x002);
  });

  test.prop([
    fc.integer({ min: 0, max: 2 ** 20 - 1 }),
    fc.integer({ min: 0, max: 511 }),
    fc.integer({ min: 1, max: 12 }),
  ])('is one for all of a super page, and fits', (frame, inside, cookieIndexWidth) => {
    const q = { addressWidth: 32, cookieIndexWidth };
    const index = cookieIndex(q, { memory: 0, superPage: true, frame });
    expect(cookieIndex(q, { memory: 0, superPage: true, frame: frame - (frame % 512) + inside })).toBe(index);
    expect(index).toBeLessThan(2 ** cookieIndexWidth);
  });
});

it('names the second translation 64 bits above the first, and no more marks than indexes', () => {
  expect(entryFields.secondFrame - entryFields.firstFrame).toBe(64);
  expect(entryFields.secondForm - entryFields.firstForm).toBe(64);
  expect([1, 3, 4, 12].map((cookieIndexWidth) => markBits({ cookieIndexWidth }))).toEqual([2, 8, 16, 16]);
});
