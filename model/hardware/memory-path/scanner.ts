/** The pattern scanner. Source: `docs/systems/memory-path.md`, "Scanner". */
import { lineBytes, type MemoryPathParameters } from '../../../rtl/memory-path/interface.ts';
import type { Decoded, Keys } from './keys.ts';
import { interruptBit, type Registers } from './registers.ts';
import { refused } from './slots.ts';

const statusBit = { active: 1, done: 2, match: 4, error: 8, refused: 16, stopped: 32 } as const;
const wordBytes = 8;

export class Scanner {
  readonly #registers: Registers;
  readonly #keys: Keys;
  readonly #limit: number;
  readonly #wide: boolean;
  active = false;
  class = 0;
  key = 0;
  /** Address of the next line to ask for. */
  next = 0;
  #lines = 0;
  #over = false;
  #position = 0;
  #status = 0;
  #result = 0;

  constructor(registers: Registers, keys: Keys, { addressWidth }: MemoryPathParameters) {
    this.#registers = registers;
    this.#keys = keys;
    this.#limit = 2 ** addressWidth;
    this.#wide = addressWidth > 32;
  }

  reset(): void {
    this.active = false;
    this.class = 0;
    this.key = 0;
    this.next = 0;
    this.#lines = 0;
    this.#over = false;
    this.#position = 0;
    this.#status = 0;
    this.#result = 0;
  }

  /** Whether it has a line to ask for. */
  get asks(): boolean {
    return this.active && this.#lines > 0 && !this.#over;
  }

  uses(key: number): boolean {
    return this.active && this.class > 0 && this.key === key;
  }

  /** Its request for a line is launched at this edge. */
  launched(): void {
    this.next = (this.next + lineBytes) % this.#limit;
    this.#lines -= 1;
  }

  /** Sees bytes at this edge. */
  see(bytes: Uint8Array, response: number, poisoned: boolean): void {
    const { words, place } = this.#registers;
    if (!this.#over) {
      if (response !== 0 || poisoned) this.#stopAt(this.#position, statusBit.error);
      else {
        const view = new DataView(bytes.buffer, bytes.byteOffset);
        for (let at = 0; at < bytes.length && !this.#over; at += wordBytes) {
          const same =
            view.getUint32(at, true) === words[place.scan_pattern_low] &&
            view.getUint32(at + 4, true) === words[place.scan_pattern_high];
          if (!same) this.#stopAt(this.#position + at, 0);
        }
      }
    }
    this.#position = (this.#position + bytes.length) % this.#limit;
  }

  #stopAt(address: number, status: number): void {
    this.#over = true;
    this.#result = address;
    this.#status |= status;
  }

  /**
   * The edge, in two parts: this one, by the state before it, ahead of what is seen; `settle` after it.
   *
   * @param inFlight whether a valid read slot is for a scan
   */
  edge(inFlight: boolean): void {
    if (!this.active || inFlight || (!this.#over && this.#lines > 0)) return;
    this.active = false;
    this.#end(this.#over ? 0 : statusBit.match);
  }

  #end(status: number): void {
    this.#status |= statusBit.done | status;
    this.#registers.interrupt(interruptBit.scan);
  }

  /**
   * Commands and tampering, after what is seen.
   *
   * @param wasActive whether it was active before the edge
   */
  command(wasActive: boolean, tamper: boolean): void {
    const { words, place } = this.#registers;
    const committed = this.class > 0 && this.#keys.committing === this.key;
    const command = words[place.scan_command]!;
    words[place.scan_command] = 0;
    const ended = wasActive && !this.active;
    if (wasActive && ((command & 2) !== 0 || committed) && !this.#over && !ended) {
      this.#stopAt(this.#position, statusBit.stopped);
    }
    if (!wasActive && (command & 1) !== 0) this.#start(this.#keys.decode(words[place.scan_form]!));
    if (tamper && (wasActive || this.active) && this.class > 0) {
      this.#status = (this.#status | statusBit.error) & ~statusBit.match;
      if (!this.#over) this.#stopAt(this.#position, statusBit.error);
    }
    words[place.scan_status] = (this.#status & ~1) | Number(this.active);
    words[place.scan_result_low] = this.#result % 2 ** 32;
    if (this.#wide) words[place.scan_result_high] = Math.floor(this.#result / 2 ** 32);
  }

  #start(form: Decoded): void {
    const { words, place } = this.#registers;
    this.#status = 0;
    const lines = words[place.scan_lines]!;
    if (form.class === refused || form.committed) this.#end(statusBit.refused);
    else if (lines === 0) this.#end(statusBit.match);
    else {
      const high = this.#wide ? words[place.scan_address_high]! * 2 ** 32 : 0;
      this.active = true;
      this.class = form.class;
      this.key = form.key;
      this.next = words[place.scan_address_low]! + high;
      this.#position = this.next;
      this.#lines = lines;
      this.#over = false;
    }
  }
}
