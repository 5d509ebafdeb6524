/** The parts' proofs. Data is one bit wide: it passes through all these parts unread, so what holds of one bit holds of each. */
import { bits } from '../hdl/index.ts';
import { checkedRoundRobin } from './arbiter/properties.ts';
import { queue } from './fifo/queue.ts';
import { shallowQueue } from './fifo/shallow-queue.ts';
import { anyPorts, type ProofList, type ProofTarget } from './proof-target.ts';
import { exampleMap } from './register-map/example.ts';
import { checkedRegisterPort } from './register-map/properties.ts';
import { buffer } from './stream/buffer.ts';
import { checkedStream } from './stream/properties.ts';
import { backwardSlice, forwardSlice } from './stream/register-slice.ts';

const type = bits(1);
const exactly = 'docs/parts/README.md, Exactly';

const bufferOf = (entries: number, thorough: boolean): ProofTarget => ({
  name: `a buffer of ${entries}`,
  parameters: { entries },
  section: exactly,
  thorough,
  module: anyPorts(() => checkedStream({ part: buffer({ type, entries }), type, capacity: entries })),
});

const queueOf = (entries: number): ProofTarget => ({
  name: `a queue of ${entries}`,
  parameters: { entries },
  section: exactly,
  thorough: true,
  module: anyPorts(() => checkedStream({ part: queue({ type, entries }), type, capacity: entries + 1 })),
});

const roundRobinOf = (registered: boolean): ProofTarget => ({
  name: registered ? 'a registered round robin of 4' : 'a round robin of 4',
  parameters: { requesters: 4, registered },
  section: exactly,
  thorough: true,
  module: anyPorts(() => checkedRoundRobin({ requesters: 4, registered })),
});

export const partProofs: readonly ProofList[] = [
  { block: 'buffer', targets: [bufferOf(1, true), bufferOf(2, false), bufferOf(4, true)] },
  {
    block: 'register_slice',
    targets: [
      {
        name: 'a forward slice',
        parameters: { cut: 'forward' },
        section: exactly,
        thorough: true,
        module: anyPorts(() => checkedStream({ part: forwardSlice({ type }), type, capacity: 1 })),
      },
      {
        name: 'a backward slice',
        parameters: { cut: 'backward' },
        section: exactly,
        thorough: true,
        module: anyPorts(() => checkedStream({ part: backwardSlice({ type }), type, capacity: 1 })),
      },
    ],
  },
  { block: 'queue', targets: [queueOf(3), queueOf(4)] },
  {
    block: 'shallow_queue',
    targets: [
      {
        name: 'a shallow queue of 4',
        parameters: { entries: 4 },
        section: exactly,
        thorough: true,
        module: anyPorts(() => checkedStream({ part: shallowQueue({ type, entries: 4 }), type, capacity: 4 })),
      },
    ],
  },
  { block: 'round_robin_arbiter', targets: [roundRobinOf(false), roundRobinOf(true)] },
  {
    block: 'register_port',
    targets: [
      {
        name: 'the register port of an example',
        parameters: { map: exampleMap.name },
        section: 'docs/parts/register-port.md',
        thorough: true,
        module: anyPorts(() => checkedRegisterPort(exampleMap)),
      },
    ],
  },
];
