/** The list of transactions by age against an array. */
import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { compile } from '../../../testbench/simulator/index.ts';
import { bit, bits, concat, elaborate, input, module, mux, output, portLayout } from '../../hdl/index.ts';
import { agedList } from './outstanding.ts';

/** Removes the oldest with this identifier, changes the field of the oldest with another, inserts. */
const listOf = (entries: number) => {
  const top = elaborate(
    module(
      'listed',
      {
        insert: input(bit),
        id: input(bits(2)),
        load: input(bits(4)),
        remove: input(bit),
        leaving: input(bits(2)),
        change: input(bit),
        changing: input(bits(2)),
        full: output(bit),
        present: output(bits<number>(entries)),
        ids: output(bits<number>(2 * entries)),
        loads: output(bits<number>(4 * entries)),
        oldest: output(bits<number>(entries)),
      },
      (io, m) => {
        const list = agedList(m, 'one', { id: 2, load: 4 }, entries);
        const leaves = list.oldest(({ id }) => id.eq(io.leaving));
        const changes = list.oldest(({ id }) => id.eq(io.changing));
        list.update({
          change: ({ load }, index) => ({
            load: mux(io.change.and(changes[index] ?? io.change), load.add(1), load),
          }),
          remove: leaves.map((one) => one.and(io.remove)),
          insert: io.insert,
          value: { id: io.id, load: io.load },
        });
        io.full.set(list.full);
        io.present.set(concat(...list.entries.map(({ present }) => present).reverse()));
        io.ids.set(concat(...list.entries.map(({ id }) => id).reverse()));
        io.loads.set(concat(...list.entries.map(({ load }) => load).reverse()));
        io.oldest.set(concat(...[...leaves].reverse()));
      },
    ),
  );
  return { entries, layout: portLayout(top), simulator: compile(top) };
};
const lists = [1, 2, 5].map(listOf);

const steps = fc.array(
  fc.record({
    insert: fc.nat(1),
    id: fc.nat(3),
    load: fc.nat(15),
    remove: fc.nat(1),
    leaving: fc.nat(3),
    change: fc.nat(1),
    changing: fc.nat(3),
  }),
  { minLength: 1, maxLength: 40 },
);

test.prop([fc.constantFrom(...lists), steps], { numRuns: 300 })(
  'a list by age keeps what an array keeps',
  (list, run) => {
    const { entries, layout, simulator } = list;
    const inputs = new Uint32Array(layout.inputWords);
    const outputs = new Uint32Array(layout.outputWords);
    const read = (name: string): number => outputs[layout.outputs.find((one) => one.name === name)?.word ?? 0] ?? 0;
    const model: { id: number; load: number }[] = [];
    simulator.reset();
    for (const step of run) {
      const given: Readonly<Record<string, number>> = { aresetn: 1, ...step };
      for (const { name, word } of layout.inputs) inputs[word] = given[name] ?? 0;
      simulator.run(inputs, 1, outputs);
      const place = model.findIndex(({ id }) => id === step.leaving);
      const kept = Array.from({ length: entries }, (_, index) => ({
        id: (read('ids') >>> (2 * index)) & 3,
        load: (read('loads') >>> (4 * index)) & 15,
      })).slice(0, model.length);
      expect({ kept, present: read('present'), full: read('full'), oldest: read('oldest') }).toEqual({
        kept: model,
        present: 2 ** model.length - 1,
        full: model.length === entries ? 1 : 0,
        oldest: place < 0 ? 0 : 2 ** place,
      });
      const changed = model.find(({ id }) => id === step.changing);
      if (step.change === 1 && changed !== undefined) changed.load = (changed.load + 1) % 16;
      if (step.remove === 1 && place >= 0) model.splice(place, 1);
      if (step.insert === 1 && model.length < entries) model.push({ id: step.id, load: step.load });
    }
  },
);
