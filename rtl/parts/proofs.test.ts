import { describe, expect, it } from 'vitest';
import { runYosys } from '../../synth/yosys/index.ts';
import { bits, elaborate, input, type ModuleDefinition, module, output, type Ports, stream } from '../hdl/index.ts';
import { emitVerilog } from '../verilog/index.ts';
import { checkedRoundRobin } from './arbiter/properties.ts';
import { queue } from './fifo/queue.ts';
import { shallowQueue } from './fifo/shallow-queue.ts';
import { exampleMap } from './register-map/example.ts';
import { checkedRegisterPort } from './register-map/properties.ts';
import { buffer } from './stream/buffer.ts';
import { checkedStream } from './stream/properties.ts';
import { backwardSlice, forwardSlice } from './stream/register-slice.ts';

const inverter = 'module inverter(input a, output y);\n  assign y = ~a;\nendmodule\n';

/**
 * How many properties property-directed reachability (abc `pdr`) proves for all time from the reset state, and how many
 * it refutes.
 */
const prove = async <P extends Ports>(
  definition: ModuleDefinition<P>,
): Promise<{ proved: number; refuted: number; open: number }> => {
  const top = elaborate(definition);
  const files = emitVerilog(top, { properties: true });
  const script = [
    `read_verilog -formal ${files.map((file) => file.path).join(' ')}`,
    `prep -flatten -top ${top.name}`,
    'async2sync',
    'dffunmap',
    'memory_map',
    'opt -full',
    'chformal -cover -remove',
    'opt_clean',
    'delete -output',
    // Every register of these parts is 0 after reset, or is not read before it is set.
    'zinit -all',
    'techmap',
    'dffunmap',
    'opt_clean',
    'setundef -zero',
    'aigmap',
    'write_aiger model.aig',
    // abc is reached through its own pass, which wants a netlist to map: one inverter.
    'design -reset',
    'read_verilog inverter.v',
    'techmap',
    'abc -lut 4 -script +&get,-n;read_aiger,/model.aig;fold;strash;pdr,-a,-T,120;print_status;&put',
  ].join('\n');
  const sources = { ...Object.fromEntries(files.map((file) => [file.path, file.text])), 'inverter.v': inverter };
  const { stdout } = await runYosys(script, sources, { log: true });
  const counts = /Status array contains (\d+) SAT, (\d+) UNSAT, and (\d+) UNDEC/.exec(stdout);
  if (counts === null) throw new Error(`abc gave no verdict:\n${stdout.slice(-2000)}`);
  return { refuted: Number(counts[1]), proved: Number(counts[2]), open: Number(counts[3]) };
};

const type = bits(1);
const ends = { push: input(stream(type)), pop: output(stream(type)) };
const thorough = process.env.PORTCULLIS_THOROUGH === '1';

/** Data is one bit wide: it passes through all these parts unread, so what holds of one bit holds of each. */
const quick = {
  'a buffer of two': checkedStream({ part: buffer({ type, entries: 2 }), type, capacity: 2 }),
};
const slow = {
  'a queue of three': checkedStream({ part: queue({ type, entries: 3 }), type, capacity: 4 }),
  'a round robin of four': checkedRoundRobin({ requesters: 4 }),
  'a buffer of one': checkedStream({ part: buffer({ type, entries: 1 }), type, capacity: 1 }),
  'a buffer of four': checkedStream({ part: buffer({ type, entries: 4 }), type, capacity: 4 }),
  'a forward slice': checkedStream({ part: forwardSlice({ type }), type, capacity: 1 }),
  'a backward slice': checkedStream({ part: backwardSlice({ type }), type, capacity: 1 }),
  'a shallow queue of four': checkedStream({ part: shallowQueue({ type, entries: 4 }), type, capacity: 4 }),
  'a queue of four': checkedStream({ part: queue({ type, entries: 4 }), type, capacity: 5 }),
  'a registered round robin of four': checkedRoundRobin({ requesters: 4, registered: true }),
  'a register port': checkedRegisterPort(exampleMap),
};

describe('proofs of the parts, for all time', () => {
  it.each(Object.keys(quick) as (keyof typeof quick)[])('%s', async (name) => {
    const { proved, refuted, open } = await prove(quick[name] as ModuleDefinition<Ports>);
    expect({ refuted, open }).toEqual({ refuted: 0, open: 0 });
    expect(proved).toBeGreaterThan(5);
  });

  it.runIf(thorough).each(Object.keys(slow) as (keyof typeof slow)[])('%s', async (name) => {
    const { proved, refuted, open } = await prove(slow[name] as ModuleDefinition<Ports>);
    expect({ refuted, open }).toEqual({ refuted: 0, open: 0 });
    expect(proved).toBeGreaterThan(5);
  });

  it('refute a part that drops items', async () => {
    const careless = module('careless', ends, (io) => {
      io.push.ready.set(1);
      io.pop.valid.set(io.push.valid);
      io.pop.data.set(io.push.data);
    });
    expect((await prove(checkedStream({ part: careless, type, capacity: 2 }))).refuted).toBeGreaterThan(0);
  });
});
