/** The models of some units and of their keeper, wired together as the specification says. */
import {
  createMemoryKeeperModel,
  createMemoryManagementUnitModel,
} from '../../../../model/hardware/memory-management-unit/index.ts';
import { layPorts, type PortLayout, type PortSlot } from '../../../../model/hardware/primitives/ports.ts';
import { toAll, toKeeper, toOne } from '../../../../rtl/memory-management-unit/interface.ts';
import type { BlockModel } from '../../block.ts';
import { keeperParameters, type SystemParameters, unitParameters } from './parameters.ts';
import { outerPorts } from './wires.ts';

interface Stepped {
  readonly layout: PortLayout;
  reset(): void;
  show(outputs: Uint32Array): void;
  step(inputs: Uint32Array, outputs: Uint32Array): void;
}

interface Part {
  readonly model: Stepped;
  readonly inputs: Uint32Array;
  readonly outputs: Uint32Array;
}

type Copy = (from: Uint32Array, to: Uint32Array) => void;

const slotOf = (slots: readonly PortSlot[], name: string): PortSlot => {
  const slot = slots.find((each) => each.name === name);
  if (slot === undefined) throw new Error(`no port '${name}'`);
  return slot;
};

/** Copies one port to another, of the same width, in other records. */
const copyOf = (from: PortSlot, to: PortSlot): Copy => {
  const { words } = from;
  return (source, target) => {
    for (let word = 0; word < words; word += 1) target[to.word + word] = source[from.word + word]!;
  };
};

/** A wire from part to part, ready to be copied. */
type Wire = () => void;
/** A port of a part that is a port of the whole. */
interface Edge {
  readonly part: Part;
  readonly copy: Copy;
}

class System implements BlockModel {
  readonly layout: PortLayout;
  readonly #parts: readonly Part[];
  readonly #wires: readonly Wire[];
  readonly #given: readonly Edge[];
  readonly #shown: readonly Edge[];

  constructor(p: SystemParameters) {
    const part = (model: Stepped): Part => ({
      model,
      inputs: new Uint32Array(model.layout.inputWords),
      outputs: new Uint32Array(model.layout.outputWords),
    });
    const units = Array.from({ length: p.units }, () => part(createMemoryManagementUnitModel(unitParameters(p))));
    const keeper = part(createMemoryKeeperModel(keeperParameters(p)));
    this.#parts = [...units, keeper];
    const outer = outerPorts(p);
    this.layout = layPorts([{ name: 'aresetn', width: 1, direction: 'input' as const }, ...outer]);
    const link = (from: Part, fromName: string, to: Part, toName: string): Wire => {
      const copy = copyOf(slotOf(from.model.layout.outputs, fromName), slotOf(to.model.layout.inputs, toName));
      return () => copy(from.outputs, to.inputs);
    };
    this.#wires = units.flatMap((unit, number) => [
      ...toAll.map((name) => link(keeper, name, unit, name)),
      ...toOne.map((name) => link(keeper, `u${number}_${name}`, unit, name)),
      ...toKeeper.map((name) => link(unit, name, keeper, `u${number}_${name}`)),
    ]);
    const edge = (each: (typeof outer)[number]): Edge => {
      const inside = each.part === 'keeper' ? keeper : units[each.part]!;
      const side = each.direction === 'input' ? 'inputs' : 'outputs';
      const out = slotOf(this.layout[side], each.name);
      const inner = slotOf(inside.model.layout[side], each.inner);
      const copy = side === 'inputs' ? copyOf(out, inner) : copyOf(inner, out);
      return { part: inside, copy };
    };
    this.#given = [
      ...this.#parts.map((each) => ({
        part: each,
        copy: copyOf(slotOf(this.layout.inputs, 'aresetn'), slotOf(each.model.layout.inputs, 'aresetn')),
      })),
      ...outer.filter(({ direction }) => direction === 'input').map(edge),
    ];
    this.#shown = outer.filter(({ direction }) => direction === 'output').map(edge);
  }

  reset(): void {
    for (const { model } of this.#parts) model.reset();
  }

  step(inputs: Uint32Array, outputs: Uint32Array): void {
    for (const { model, outputs: shown } of this.#parts) model.show(shown);
    for (const pass of this.#wires) pass();
    for (const { part, copy } of this.#given) copy(inputs, part.inputs);
    for (const { part, copy } of this.#shown) copy(part.outputs, outputs);
    for (const { model, inputs: given, outputs: shown } of this.#parts) model.step(given, shown);
  }
}

export const createSystemModel = (p: SystemParameters): BlockModel => new System(p);
