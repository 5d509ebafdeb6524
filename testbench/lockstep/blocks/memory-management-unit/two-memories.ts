/** The two memories, each behind as many ports as there are units and the keeper. */
import type { PortLayout } from '../../../../rtl/hdl/port-layout.ts';
import { type Bytes, Memory } from '../../../axi/memory.ts';
import { Axi4Subordinate } from '../../../axi/subordinate.ts';
import { inputSlot, outputSlot } from '../../ports.ts';
import type { SystemParameters } from './parameters.ts';
import type { SystemScenario, TableEntry } from './scenario.ts';

/** A memory as its ports see it: forms are no address bits. */
class SharedMemory implements Bytes {
  private memory = new Memory();
  private readonly size: number;

  constructor(addressWidth: number) {
    this.size = 2 ** addressWidth;
  }

  read(address: number): number {
    return this.memory.read(address % this.size);
  }

  write(address: number, value: number): void {
    this.memory.write(address % this.size, value);
  }

  /** An empty one is put in its place. */
  replace(): void {
    this.memory = new Memory();
  }
}

/** Which parts have ports to the memories, by the prefixes of these. */
export const memoryPrefixes = (p: SystemParameters, memory: 0 | 1): readonly string[] =>
  [...Array.from({ length: p.units }, (_, unit) => `u${unit}`), 'keeper'].map((part) => `${part}_m${memory}_axi`);

export class TwoMemories {
  readonly contents: readonly [SharedMemory, SharedMemory];
  readonly ports: readonly (readonly Axi4Subordinate[])[];
  private readonly request: number;
  private readonly acknowledge: number;
  private readonly timing: SystemScenario['memoryReset'];
  /** Of each memory: cycles for which its reset has been requested,and cycles for which it goes on without a request. */
  private readonly requested = [0, 0];
  private readonly releasing = [0, 0];

  constructor(scenario: SystemScenario, p: SystemParameters, layout: PortLayout) {
    this.contents = [new SharedMemory(p.addressWidth), new SharedMemory(p.addressWidth)];
    this.ports = ([0, 1] as const).map((memory) =>
      memoryPrefixes(p, memory).map(
        (prefix) => new Axi4Subordinate(layout, prefix, scenario.memories[memory], this.contents[memory]),
      ),
    );
    this.request = outputSlot(layout, 'keeper_reset_request').word;
    this.acknowledge = inputSlot(layout, 'keeper_reset_acknowledge').word;
    this.timing = scenario.memoryReset;
    for (const entry of scenario.tables) this.store(entry);
  }

  get transfers(): number {
    return this.ports.flat().reduce((sum, port) => sum + port.transfers, 0);
  }

  get idle(): boolean {
    return this.ports.flat().every((port) => port.idle);
  }

  store({ memories, address, words }: TableEntry): void {
    for (const [memory, contents] of this.contents.entries()) {
      if (((memories >>> memory) & 1) === 0) continue;
      for (const [index, word] of words.entries())
        for (let byte = 0; byte < 4; byte += 1)
          contents.write(address + 4 * index + byte, (word >>> (8 * byte)) & 0xff);
    }
  }

  replace(memory: 0 | 1): void {
    this.contents[memory].replace();
  }

  reset(inputs: Uint32Array): void {
    for (const port of this.ports.flat()) port.reset(inputs);
    this.requested.fill(0);
    this.releasing.fill(0);
    inputs[this.acknowledge] = 0;
  }

  drive(inputs: Uint32Array, outputs: Uint32Array, cycle: number): void {
    let acknowledged = 0;
    for (const [memory, ports] of this.ports.entries()) {
      const wanted = (((outputs[this.request] ?? 0) >>> memory) & 1) !== 0;
      if (wanted) {
        this.requested[memory]! += 1;
        this.releasing[memory] = this.timing.fall;
      } else {
        this.requested[memory] = 0;
        this.releasing[memory] = Math.max(0, (this.releasing[memory] ?? 0) - 1);
      }
      const held = wanted || (this.releasing[memory] ?? 0) > 0;
      if (held && (!wanted || (this.requested[memory] ?? 0) > this.timing.rise)) acknowledged |= 1 << memory;
      for (const port of ports) {
        if (held) port.reset(inputs);
        else port.drive(inputs, outputs, cycle);
      }
    }
    inputs[this.acknowledge] = acknowledged;
  }
}
