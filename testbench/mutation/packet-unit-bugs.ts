/** Bugs for the packet hash unit. */
import type { Expression } from '../../rtl/hdl/ir.ts';
import { extensionHeaderLimit } from '../../rtl/packet-unit/interface.ts';
import { PlaceError } from './edit-instance.ts';
import { anything, constant, flatten, isBinary, keySlices, named, withoutReset } from './packet-unit-places.ts';
import {
  assigns,
  changeConditions,
  changeInValues,
  changeReset,
  constantLike,
  isReference,
  mentions,
  rewriteReference,
  valuesOf,
} from './places.ts';
import type { PlantedBug } from './planted-bugs.ts';

export const packetUnitBugs: readonly PlantedBug[] = [
  {
    name: 'packet_limit_late',
    imitates: 'an off-by-one in the compare with a limit',
    planted: 'aggregator: a chain is full above packet_limit, not at it',
    path: ['aggregator'],
    within: 20_000,
    plant: (module) =>
      changeInValues(
        module,
        'packets_full',
        (node) =>
          node.kind === 'unary' &&
          node.operator === 'not' &&
          isBinary('less', named('packets_now'), named('settings_packet_limit'))(node.operand),
        (node) => {
          if (node.kind !== 'unary' || node.operand.kind !== 'binary') return node;
          return { ...node.operand, left: node.operand.right, right: node.operand.left };
        },
      ),
  },
  {
    name: 'wrong_reset_value',
    imitates: 'a reset value that is not the one in the register map',
    planted: 'registers: hash_types.udp_ipv6 is 0 after reset',
    path: ['registers'],
    within: 20_000,
    plant: (module) => changeReset(module, 'settings_hash_types_udp_ipv6', () => 0n),
  },
  {
    name: 'forgotten_reset',
    imitates: 'a register that reset forgets',
    planted: 'aggregator: in_frame keeps its value in reset',
    path: ['aggregator'],
    within: 100_000,
    plant: (module) => withoutReset(module, 'in_frame'),
  },
  {
    name: 'close_reason_swapped',
    imitates: 'the arms of a multiplexer swapped',
    planted: "aggregator: difference and idle take each other's place as close reason",
    path: ['aggregator'],
    within: 20_000,
    plant: (module) =>
      changeInValues(
        module,
        'items_reason',
        (node) => node.kind === 'multiplex' && isReference(node.condition, 'events_valid'),
        (node) => (node.kind === 'multiplex' ? { ...node, whenTrue: node.whenFalse, whenFalse: node.whenTrue } : node),
      ),
  },
  {
    name: 'idle_while_arriving',
    imitates: 'a condition left out of a list',
    planted: 'aggregator: the idle count goes on while a frame is on its way through the parser',
    path: ['aggregator'],
    within: 100_000,
    plant: (module) =>
      changeConditions(
        module,
        (statement) => assigns(statement.then, 'idle_cycles') && mentions(statement.condition, 'stirring'),
        (condition) => rewriteReference(condition, 'stirring', 0n),
      ),
  },
  {
    name: 'inner_tag_ignored',
    imitates: 'a field left out of a comparison',
    planted: 'aggregator: frames that differ in the inner VLAN identifier alone share a chain',
    path: ['aggregator'],
    within: 100_000,
    plant: (module) =>
      changeInValues(module, 'same', isBinary('equal', named('events_descriptor_inner'), named('key_inner')), (node) =>
        constantLike(node, 1n),
      ),
  },
  {
    name: 'accepting_forgotten',
    imitates: 'a value used fresh the first time and unmasked when kept',
    planted: "resolver: a chain's second and later frames go to clients that did not accept it",
    path: ['resolver'],
    within: 20_000,
    plant: (module) =>
      changeInValues(module, 'current_mask', isBinary('and', named('wanted'), named('accepting')), (node) =>
        node.kind === 'binary' ? node.left : node,
      ),
  },
  {
    name: 'output_stall_ignored',
    imitates: 'a handshake that does not wait for ready',
    planted: 'streamer: beats are taken from the queue though the output has no room',
    path: ['streamer'],
    within: 20_000,
    plant: (module) => changeInValues(module, 'passes', named('sent_ready'), (node) => constantLike(node, 1n)),
  },
  {
    name: 'response_stall_ignored',
    imitates: 'a response overwritten before it was taken',
    planted: 'registers: a write does not wait for the response of the one before',
    path: ['registers'],
    within: 100_000,
    plant: (module) => changeInValues(module, 'write', named('s_axil_bready'), (node) => constantLike(node, 1n)),
  },
  {
    name: 'error_response_lost',
    imitates: 'an error answered with OKAY',
    planted: 'registers: writes that change nothing are answered with OKAY',
    path: ['registers'],
    within: 20_000,
    plant: (module) =>
      changeInValues(
        module,
        'bresp',
        (node) => node.kind === 'concatenation',
        (node) => constantLike(node, 0n),
      ),
  },
  {
    name: 'strobe_ignored',
    imitates: 'a byte lane written without its strobe',
    planted: 'registers: the highest byte of byte_limit is written whatever its strobe says',
    path: ['registers'],
    within: 100_000,
    plant: (module) =>
      changeConditions(
        module,
        (statement) =>
          statement.then.some(
            (each) => each.kind === 'assign' && each.target.name === 'settings_byte_limit_bytes' && each.low === 24,
          ),
        (condition) => constantLike(condition, 1n),
      ),
  },
  {
    name: 'drops_counted_for_all',
    imitates: 'a condition that lost a term',
    planted: 'counters: every wanted frame counts as dropped for client 0',
    path: ['counters'],
    within: 20_000,
    plant: (module) =>
      changeConditions(
        module,
        (statement) => assigns(statement.then, 'count_drops_0'),
        (condition) => (condition.kind === 'binary' ? condition.left : condition),
      ),
  },
  {
    name: 'byte_counter_truncated',
    imitates: 'a counter too narrow for what it counts',
    planted: 'counters: the bytes of client 0 are counted modulo 1024',
    path: ['counters'],
    within: 100_000,
    plant: (module) =>
      changeInValues(module, 'count_bytes_0', isBinary('add', named('count_bytes_0'), anything), (node) => {
        const { width, signed, location } = node;
        const low: Expression = { kind: 'slice', operand: node, low: 0, width: 10, signed, location };
        return { kind: 'extension', operand: low, width, signed, location };
      }),
  },
  {
    name: 'key_window_shifted',
    imitates: 'an off-by-one in a bit range',
    planted: 'hash engine: the second step takes its key bits one place too early',
    path: ['hasher', 'engine'],
    within: 20_000,
    plant(module) {
      const second = keySlices(module)[1];
      if (second === undefined) throw new PlaceError(`'${module.name}' has no second slice of the key`);
      return changeInValues(
        module,
        'key_next',
        (node) =>
          node.kind === 'slice' &&
          node.low === second.low &&
          node.width === second.width &&
          node.operand === second.operand,
        (node) => (node.kind === 'slice' ? { ...node, low: node.low + 1 } : node),
      );
    },
  },
  {
    name: 'table_index_shifted',
    imitates: 'the wrong bits of a word taken as an index',
    planted: 'hasher: the indirection table is read at bits 7 to 1 of the hash',
    path: ['hasher'],
    within: 20_000,
    plant: (module) => {
      const isLookup = (node: Expression): boolean =>
        node.kind === 'slice' && node.width === 7 && isReference(node.operand, 'engine_hash');
      const reading = module.signals.filter((signal) => valuesOf(module, signal.name).flatMap(flatten).some(isLookup));
      if (reading.length !== 1)
        throw new PlaceError(
          `${reading.length} signals of '${module.name}' are read at bits of the hash, and 1 should`,
        );
      return changeInValues(module, reading[0]!.name, isLookup, (node) =>
        node.kind === 'slice' ? { ...node, low: node.low + 1 } : node,
      );
    },
  },
  {
    name: 'copies_of_malformed',
    imitates: 'a special case forgotten',
    planted: 'hasher: malformed frames are copied to all-SAP clients too',
    path: ['hasher'],
    within: 100_000,
    plant: (module) =>
      changeInValues(
        module,
        'stepping_chain_copies',
        isBinary('or', named('chain_malformed'), named('chain_truncated')),
        (node) => (node.kind === 'binary' ? node.right : node),
      ),
  },
  {
    name: 'more_fragments_ignored',
    imitates: 'a dropped bit of a mask',
    planted: 'parser: a first fragment counts as a whole packet',
    path: ['parser'],
    within: 100_000,
    plant: (module) =>
      changeInValues(
        module,
        'ipv4_fragment',
        (node) =>
          node.kind === 'binary' && node.operator === 'equal' && node.left.kind === 'slice' && node.left.width === 14,
        (node) => {
          if (node.kind !== 'binary' || node.left.kind !== 'slice' || node.right.kind !== 'constant') return node;
          return { ...node, left: { ...node.left, width: 13 }, right: { ...node.right, width: 13 } };
        },
      ),
  },
  {
    name: 'fifth_extension_header',
    imitates: 'a limit one too high',
    planted: 'parser: five extension headers of IPv6 are read, not four',
    path: ['parser'],
    within: 100_000,
    plant: (module) =>
      changeInValues(module, 'extensions_left', constant(BigInt(extensionHeaderLimit)), (node) =>
        constantLike(node, BigInt(extensionHeaderLimit + 1)),
      ),
  },
  {
    name: 'keep_believed_everywhere',
    imitates: 'a signal looked at when it means nothing',
    planted: 'parser: tkeep counts on beats other than the last',
    path: ['parser'],
    within: 20_000,
    plant: (module) =>
      changeInValues(
        module,
        'keep',
        (node) => node.kind === 'binary' && node.operator === 'or',
        (node) => (node.kind === 'binary' ? node.left : node),
      ),
  },
  {
    name: 'queue_overrun',
    imitates: 'a queue that says too late that it is full',
    planted: 'frame queue: full one item late, so that the oldest is overwritten',
    path: ['frames'],
    within: 100_000,
    plant: (module) =>
      changeInValues(module, 'full', isBinary('equal', named('count'), anything), (node) =>
        node.kind === 'binary' && node.right.kind === 'constant'
          ? { ...node, right: { ...node.right, value: node.right.value + 1n } }
          : node,
      ),
  },
];
