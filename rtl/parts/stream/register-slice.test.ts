import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { compile } from '../../../testbench/simulator/index.ts';
import { bits, elaborate } from '../../hdl/index.ts';
import { ParameterError } from '../parameters.ts';
import { exerciseStream, inOrder, type Willingness } from './exercise.ts';
import { registerSlice } from './register-slice.ts';

const cuts = ['forward', 'backward', 'full'] as const;
const simulators = Object.fromEntries(
  cuts.map((cut) => [cut, compile(elaborate(registerSlice({ type: bits(8), cut })))]),
) as Record<(typeof cuts)[number], ReturnType<typeof compile>>;
const plans = fc.array(fc.tuple(fc.boolean(), fc.boolean()), { minLength: 1, maxLength: 200 });

describe('registerSlice', () => {
  test.prop([fc.constantFrom(...cuts), plans])(
    'passes every item once, in order, and keeps what it offers',
    (cut, plan) => {
      const simulator = simulators[cut];
      simulator.reset();
      const drained: Willingness[] = [...plan, [false, true], [false, true], [false, true]];
      const seen = exerciseStream(simulator, drained);
      expect(inOrder(seen)).toBe(true);
      const passed = (what: 'pushed' | 'popped') => seen.filter((cycle) => cycle[what] !== undefined).length;
      // At the end a source that was refused before may still push its last item.
      expect(passed('pushed') - passed('popped')).toBeLessThanOrEqual(1);
    },
  );

  it.each(cuts)('passes an item a cycle: %s', (cut) => {
    const simulator = simulators[cut];
    simulator.reset();
    const seen = exerciseStream(
      simulator,
      Array.from({ length: 20 }, (): Willingness => [true, true]),
    );
    expect(seen.filter((cycle) => cycle.popped !== undefined).length).toBe(cut === 'backward' ? 20 : 19);
  });

  it('cuts the paths that it says, and only those', () => {
    /** Whether an input changed within a cycle shows at an output in that cycle, in any of some states. */
    const reaches = (cut: (typeof cuts)[number], input: string, output: string): boolean =>
      Array.from({ length: 8 }, (_, index) => index).some((pattern) => {
        const simulator = simulators[cut];
        simulator.reset();
        Object.assign(simulator.in, { aresetn: 1, push_data: 1 });
        for (const shift of [0, 1]) {
          simulator.in.push_valid = (pattern >> shift) & 1;
          simulator.in.pop_ready = (pattern >> 2) & 1;
          simulator.step();
        }
        const show = (value: number): unknown => {
          simulator.in[input] = value;
          simulator.settle();
          return simulator.out[output];
        };
        return show(0) !== show(1);
      });
    const paths = cuts.map((cut) => [
      cut,
      reaches(cut, 'push_valid', 'pop_valid'),
      reaches(cut, 'push_data', 'pop_data'),
      reaches(cut, 'pop_ready', 'push_ready'),
    ]);
    expect(paths).toEqual([
      ['forward', false, false, true],
      ['backward', true, true, false],
      ['full', false, false, false],
    ]);
  });

  it('refuses another cut', () => {
    expect(() => registerSlice({ type: bits(8), cut: 'foward' as never })).toThrow(ParameterError);
  });
});
