/** What accesses made one after the other must read, and leave in memory. */
import type { Cipher } from '../../../../model/hardware/memory-path/ciphers.ts';
import type { MemoryPathParameters } from '../../../../rtl/memory-path/interface.ts';
import { Memory } from '../../../axi/memory.ts';
import { beatAddress, beatStrobes, beatWord, type Transaction } from '../../../axi/transaction.ts';
import { type Form, formsOf } from './forms.ts';
import { holdScans } from './scans.ts';
import type { MemoryPathScenario } from './scenario.ts';

const blockBytes = 16;
const decodeError = 3;

export class Reference {
  readonly memory = new Memory();
  /** Every byte address that was written, in memory. */
  readonly touched = new Set<number>();
  readonly #forms: readonly Form[];
  readonly #p: MemoryPathParameters;

  constructor(scenario: MemoryPathScenario, p: MemoryPathParameters) {
    this.#forms = formsOf(scenario, p);
    this.#p = p;
    holdScans(this.memory, scenario, p);
  }

  /** Makes an access. Returns the responses, and for a read the bytes of each beat's lanes, those that it does not use as undefined. */
  access(transaction: Transaction): { readonly responses: number[]; readonly lanes: (number | undefined)[][] } {
    const form = this.#forms[transaction.user ?? 0] ?? 'refused';
    const busBytes = this.#p.dataWidth / 8;
    const beats = Array.from({ length: transaction.beats }, (_, beat) => beat);
    const write = transaction.direction === 'write';
    if (form === 'refused') {
      const lanes = write ? [] : beats.map(() => Array.from({ length: busBytes }, () => 0));
      return { responses: (write ? [0] : beats).map(() => decodeError), lanes };
    }
    if (write) {
      for (const beat of beats) this.#write(transaction, beat, form);
      return { responses: [0], lanes: [] };
    }
    return { responses: beats.map(() => 0), lanes: beats.map((beat) => this.#read(transaction, beat, form)) };
  }

  #read(transaction: Transaction, beat: number, form: Cipher | 'plain'): (number | undefined)[] {
    const busBytes = this.#p.dataWidth / 8;
    const address = beatAddress(transaction, beat);
    const bytes = 2 ** transaction.size;
    const end = address - (address % bytes) + bytes;
    const line = address - (address % busBytes);
    const block = this.#block(address, form);
    return Array.from({ length: busBytes }, (_, lane) => {
      const at = line + lane;
      return at >= address && at < end ? block[at % blockBytes] : undefined;
    });
  }

  #write(transaction: Transaction, beat: number, form: Cipher | 'plain'): void {
    const busBytes = this.#p.dataWidth / 8;
    const address = beatAddress(transaction, beat);
    const line = address - (address % busBytes);
    const block = this.#block(address, form);
    let any = false;
    for (let lane = 0; lane < busBytes; lane += 1) {
      if (((beatStrobes(transaction, beat, 0, busBytes) >>> lane) & 1) === 0) continue;
      any = true;
      block[(line + lane) % blockBytes] = (beatWord(transaction.seed, beat, lane >> 2) >>> (8 * (lane & 3))) & 0xff;
    }
    if (!any) return;
    const first = address - (address % blockBytes);
    const hidden = form === 'plain' ? block : form.encrypt(block, ...this.#place(address, form));
    hidden.forEach((byte, index) => {
      this.memory.write(first + index, byte);
      this.touched.add(first + index);
    });
  }

  #place(address: number, cipher: Cipher): [tweak: Uint8Array, index: number] {
    const { dataUnit } = this.#p;
    return [cipher.tweak(Math.floor(address / dataUnit)), Math.floor((address % dataUnit) / blockBytes)];
  }

  /** The block at an address as software sees it. */
  #block(address: number, form: Cipher | 'plain'): Uint8Array {
    const first = address - (address % blockBytes);
    const held = Uint8Array.from({ length: blockBytes }, (_, index) => this.memory.read(first + index));
    return form === 'plain' ? held : form.decrypt(held, ...this.#place(address, form));
  }
}
