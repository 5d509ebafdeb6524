/** Yosys' `$mem_v2` cell: a memory with all its read and write ports. */

import type { Expression, Memory, Statement } from '../../../rtl/hdl/ir.ts';
import { setInitialValue } from '../initial-values.ts';
import { parameterBits, parameterNumber } from './cells.ts';
import {
  and,
  binary,
  concatenation,
  constant,
  isTrue,
  memoryRead,
  multiplex,
  reference,
  resize,
  slice,
} from './expressions.ts';
import { UnsupportedCell } from './flip-flops.ts';
import type { ModuleImport } from './import.ts';
import { locationOf } from './import.ts';
import type { NetlistBit, NetlistCell } from './yosys-netlist.ts';

/** Adds the memory and declares its read data; what it returns connects the ports. */
export const addMemory = (into: ModuleImport, name: string, cell: NetlistCell): (() => void) => {
  const number = (parameter: string): number => parameterNumber(cell, parameter);
  const [width, depth, addressBits] = [number('WIDTH'), number('SIZE'), number('ABITS')];
  const location = locationOf(cell.attributes);
  const label = (cell.parameters.MEMID ?? name).replace(/^\\/, '').trim();
  const init = cell.parameters.INIT ?? '';
  const contents = /^[01xz]+$/.test(init) && init.includes('1') ? words(init, width, depth) : [];
  const memory: Memory = { name: label, width, depth, contents, readDuringWrite: 'old', location };
  into.memories.push(memory);

  const part = (pin: string, index: number, size: number): readonly NetlistBit[] =>
    (cell.connections[pin] ?? []).slice(index * size, (index + 1) * size);
  const one = (pin: string, index: number): Expression => into.expression(part(pin, index, 1));
  const flag = (parameter: string, index: number): boolean =>
    ((parameterBits(cell, parameter) >> BigInt(index)) & 1n) === 1n;
  const address = (pin: string, index: number): Expression => {
    const given = into.expression(part(pin, index, addressBits));
    const offset = number('OFFSET');
    return offset === 0 ? given : binary('subtract', resize(given, 32, false), constant(32, BigInt(offset)));
  };

  const writePorts = number('WR_PORTS');
  const reads = Array.from({ length: number('RD_PORTS') }, (_, index) => {
    const bits = part('RD_DATA', index, width);
    const clocked = flag('RD_CLK_ENABLE', index);
    if (clocked && !flag('RD_CLK_POLARITY', index))
      throw new UnsupportedCell(name, cell.type, 'a read port is clocked by a falling edge; use the rising edge');
    const output = into.signal(clocked ? 'register' : 'wire', bits, `${label}_read_${index}`);
    into.drive(bits, output);
    if (clocked)
      setInitialValue(
        output,
        (parameterBits(cell, 'RD_INIT_VALUE') >> BigInt(index * width)) & ((1n << BigInt(width)) - 1n),
      );
    return { index, clocked, output };
  });

  return () => {
    const writes = Array.from({ length: writePorts }, (_, index) => ({
      address: address('WR_ADDR', index),
      data: into.expression(part('WR_DATA', index, width)),
      enables: part('WR_EN', index, width),
    }));
    for (const { index, clocked, output } of reads) {
      let value = memoryRead(memory, address('RD_ADDR', index));
      if (!clocked) {
        into.assign(output, value);
        continue;
      }
      writes.forEach((write, port) => {
        if (!flag('RD_TRANSPARENCY_MASK', index * writePorts + port)) return;
        const same = binary('equal', address('RD_ADDR', index), write.address);
        const bits = Array.from({ length: width }, (_, at) =>
          multiplex(
            and(same, into.expression(write.enables.slice(at, at + 1))),
            slice(write.data, at, 1),
            slice(value, at, 1),
          ),
        );
        value = concatenation(bits.reverse());
      });
      const old = reference(output);
      const srst = (cell.connections.RD_SRST ?? [])[index];
      const resets = srst !== undefined && srst !== '0' && srst !== 'x';
      const resetValue = constant(width, parameterBits(cell, 'RD_SRST_VALUE') >> BigInt(index * width));
      const overEnable = !flag('RD_CE_OVER_SRST', index);
      if (resets && !overEnable) value = multiplex(one('RD_SRST', index), resetValue, value);
      value = multiplex(one('RD_EN', index), value, old);
      if (resets && overEnable) value = multiplex(one('RD_SRST', index), resetValue, value);
      into.assign(output, value);
    }
    for (const write of writes) {
      const lanes = laneCount(write.enables);
      const lane = width / lanes;
      const mask = into.expression(Array.from({ length: lanes }, (_, index) => write.enables[index * lane] ?? '0'));
      const store: Statement = {
        kind: 'memory_write',
        memory,
        address: write.address,
        data: write.data,
        mask: lanes === 1 ? null : mask,
        location,
      };
      into.body.push({ kind: 'if', condition: isTrue(mask), then: [store], otherwise: [], location });
    }
  };
};

/** How many equal lanes of bits share an enable. */
const laneCount = (enables: readonly NetlistBit[]): number => {
  for (let lanes = 1; lanes < enables.length; lanes++) {
    if (enables.length % lanes !== 0) continue;
    const lane = enables.length / lanes;
    if (enables.every((bit, index) => bit === enables[Math.floor(index / lane) * lane])) return lanes;
  }
  return Math.max(1, enables.length);
};

const words = (init: string, width: number, depth: number): bigint[] => {
  const all = BigInt(`0b${init.replaceAll(/[xz]/g, '0')}`);
  return Array.from({ length: depth }, (_, index) => BigInt.asUintN(width, all >> BigInt(index * width)));
};
