/** What accesses made one after the other must read, and leave in memory. */
import { type Cipher, cipherOf } from '../../../../model/hardware/memory-path/ciphers.ts';
import type { MemoryPathParameters } from '../../../../rtl/memory-path/interface.ts';
import { Memory } from '../../../axi/memory.ts';
import { beatAddress, beatStrobes, beatWord, type Transaction } from '../../../axi/transaction.ts';
import { commandBits, registers } from './registers.ts';
import type { MemoryPathScenario } from './scenario.ts';

const blockBytes = 16;
const decodeError = 3;

/** What the path does with a transaction: plain, refused, or a cipher. */
type Form = Cipher | 'plain' | 'refused';

/** Forms as the settings program them: no other access of the scenario may change keys or forms. */
export const formsOf = ({ settings }: MemoryPathScenario, p: MemoryPathParameters): readonly Form[] => {
  const stage = new Uint8Array(64);
  const view = new DataView(stage.buffer);
  const slots = new Map<number, { readonly channel: number; readonly cipher: Cipher }>();
  const forms = new Map<number, number>();
  for (const access of settings) {
    if (access.kind !== 'write') continue;
    const { address, data } = access;
    if (address >= registers.key && address < registers.form) view.setUint32(address - registers.key, data, true);
    else if (address >= registers.form && address < registers.scanAddressLow) {
      forms.set((address - registers.form) / 4, data);
    } else if (address >= registers.keyCommand && address < registers.key) {
      const commands: readonly number[] = [commandBits.aes128, commandBits.aes256, commandBits.prince];
      const channel = commands.indexOf(data) + 1;
      slots.set((address - registers.keyCommand) / 4, { channel, cipher: cipherOf(channel, stage.slice()) });
      stage.fill(0);
    }
  }
  return Array.from({ length: 2 ** p.select }, (_, form): Form => {
    if (form === 0) return 'plain';
    const word = forms.get(form) ?? 0;
    const slot = slots.get((word >>> 8) & 7);
    const usable = (word & 1) !== 0 && slot !== undefined && slot.channel === ((word >>> 4) & 3);
    return usable ? slot.cipher : 'refused';
  });
};

export class Reference {
  readonly memory = new Memory();
  /** Every byte address that was written, in memory. */
  readonly touched = new Set<number>();
  readonly #forms: readonly Form[];
  readonly #p: MemoryPathParameters;

  constructor(scenario: MemoryPathScenario, p: MemoryPathParameters) {
    this.#forms = formsOf(scenario, p);
    this.#p = p;
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
