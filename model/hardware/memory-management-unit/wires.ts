/** What the keeper tells a unit in a cycle. Source: `docs/systems/memory-management-unit.md`, "Unit: ports". */
import { type PortLayout, wordOf } from '../primitives/ports.ts';
import { both, type Memory } from './geometry.ts';

const names = [
  'cookie_value',
  'bump',
  'bump_index',
  'bump_flush',
  'turn',
  'turn_contended',
  'failed',
  'restoring',
  'port_clear',
  'claim',
  'claim_memory',
] as const;

type Places = Readonly<Record<(typeof names)[number], number>>;

export class Wires {
  cookie = 0;
  bump = false;
  bumpIndex = 0;
  bumpFlush = false;
  turn = false;
  contended = false;
  failed = 0;
  /** The set of memories that may be read. */
  readable = both;
  portClear = 0;
  claim = false;
  claimMemory: Memory = 0;
  claimFrame = 0;
  readonly #at: Places;
  readonly #frame: number;
  readonly #frameWords: number;

  constructor(layout: PortLayout) {
    this.#at = Object.fromEntries(names.map((name) => [name, wordOf(layout.inputs, name)])) as Places;
    this.#frame = wordOf(layout.inputs, 'claim_frame');
    this.#frameWords = layout.inputs.find(({ name }) => name === 'claim_frame')!.words;
  }

  look(inputs: Uint32Array): void {
    const at = this.#at;
    this.cookie = inputs[at.cookie_value]!;
    this.bump = inputs[at.bump] !== 0;
    this.bumpIndex = inputs[at.bump_index]!;
    this.bumpFlush = inputs[at.bump_flush] !== 0;
    this.turn = inputs[at.turn] !== 0;
    this.contended = inputs[at.turn_contended] !== 0;
    this.failed = inputs[at.failed]!;
    this.readable = both & ~this.failed & ~inputs[at.restoring]!;
    this.portClear = inputs[at.port_clear]!;
    this.claim = inputs[at.claim] !== 0;
    this.claimMemory = inputs[at.claim_memory] === 0 ? 0 : 1;
    this.claimFrame = inputs[this.#frame]! + (this.#frameWords > 1 ? inputs[this.#frame + 1]! * 2 ** 32 : 0);
  }
}
