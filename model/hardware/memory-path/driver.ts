/** A memory path in plain terms: keys, forms, the scanner; registers by name. */
import { channels } from '../../../rtl/memory-path/interface.ts';
import { SteppedDriver, type Surroundings } from '../primitives/stepped-driver.ts';
import { createMemoryPathModel, type MemoryPathModel } from './model.ts';
import { type RegisterName, registerAddresses } from './registers.ts';

/** Anything that is stepped like the model and has the path's ports and parameters. */
export type SteppedPath = Pick<MemoryPathModel, 'layout' | 'parameters' | 'step'>;

export type Channel = Exclude<keyof typeof channels, 'plain'>;

/** The two keys of a slot: of 16 bytes each for AES-128 and PRINCE, of 32 for AES-256. */
export interface SlotKeys {
  readonly data: Uint8Array;
  readonly tweak: Uint8Array;
}

export interface Scan {
  /** In bytes, multiples of 64. */
  readonly address: number;
  readonly bytes: number;
  readonly form: number;
  /** What every eight bytes are compared with. */
  readonly pattern?: bigint;
}

/** What a scan found: all the pattern, or the address of the first difference or error, or up to where all matched when it was stopped. */
export type Finding =
  | { readonly match: true }
  | { readonly match: false; readonly error: boolean; readonly address: number }
  | { readonly match: false; readonly stopped: true; readonly address: number }
  | { readonly match: false; readonly refused: true };

const lineBytes = 64;
const commandBit = { aes128: 1, aes256: 2, prince: 4, clear: 8, lock: 16 } as const;

export class MemoryPathDriver extends SteppedDriver<SteppedPath, RegisterName> {
  /** @param unit a model with default parameters unless given; it is brought through a cycle of reset. */
  constructor(unit: SteppedPath = createMemoryPathModel(), surroundings?: Surroundings) {
    super(unit, registerAddresses(unit.parameters), surroundings);
  }

  /**
   * Loads a key slot, and waits until it is loaded.
   * @throws RangeError when a key has not the length that the channel needs, or both are the same (XTS forbids it)
   * @throws Error when the slot is locked, or is empty afterwards, as when there was tampering meanwhile
   */
  loadKey(slot: number, channel: Channel, { data, tweak }: SlotKeys): void {
    const length = channel === 'aes256' ? 32 : 16;
    for (const [what, key] of Object.entries({ data, tweak })) {
      if (key.length !== length)
        throw new RangeError(`the ${what} key has ${key.length} bytes; ${channel} needs ${length}`);
    }
    if (data.every((byte, index) => byte === tweak[index])) throw new RangeError('both keys of a slot are the same');
    if (this.isLocked(slot)) throw new Error(`key slot ${slot} is locked until reset`);
    const staged = new Uint8Array(lineBytes);
    staged.set(data);
    staged.set(tweak, 32);
    const view = new DataView(staged.buffer);
    this.#settleCommits();
    for (let word = 0; word < 16; word += 1) this.write('key', view.getUint32(4 * word, true), word);
    this.#commit(slot, commandBit[channel]);
    if (!this.isLoaded(slot)) {
      throw new Error(`key slot ${slot} is empty: the keys were cleared while it was loaded; load all of them again`);
    }
  }

  clearKey(slot: number): void {
    this.#commit(slot, commandBit.clear);
  }

  #commit(slot: number, command: number): void {
    this.#settleCommits();
    this.write('key_command', command, slot);
    this.#settleCommits();
  }

  /** While a commit is under way, words cannot be staged, and commands are dropped. */
  #settleCommits(): void {
    this.runUntil(() => this.read('key_status') >>> 16 === 0, 'the end of a commit of a key slot');
  }

  lockKey(slot: number): void {
    this.write('key_command', commandBit.lock, slot);
  }

  isLoaded(slot: number): boolean {
    return ((this.read('key_status') >>> slot) & 1) !== 0;
  }

  isLocked(slot: number): boolean {
    return ((this.read('key_status') >>> (8 + slot)) & 1) !== 0;
  }

  /** Lets a form choose a channel with the key of a slot. */
  setForm(form: number, channel: Channel, slot: number): void {
    this.write('form', 1 | (channels[channel] << 4) | (slot << 8), form);
  }

  removeForm(form: number): void {
    this.write('form', 0, form);
  }

  /** Starts a scan. */
  startScan({ address, bytes, form, pattern = 0n }: Scan): void {
    if (address % lineBytes !== 0 || bytes % lineBytes !== 0) {
      throw new RangeError(
        `a scan of ${bytes} bytes at 0x${address.toString(16)} is not of whole lines of ${lineBytes}`,
      );
    }
    this.write('scan_address_low', address % 2 ** 32);
    if (this.unit.parameters.addressWidth > 32) this.write('scan_address_high', Math.floor(address / 2 ** 32));
    this.write('scan_lines', bytes / lineBytes);
    this.write('scan_form', form);
    this.write('scan_pattern_low', Number(pattern & 0xffff_ffffn));
    this.write('scan_pattern_high', Number(pattern >> 32n));
    this.write('scan_command', 1);
  }

  /** What the last scan found, or undefined while it goes on. */
  readScan(): Finding | undefined {
    const status = this.read('scan_status');
    if ((status & 2) === 0) return undefined;
    if ((status & 16) !== 0) return { match: false, refused: true };
    if ((status & 4) !== 0) return { match: true };
    const wide = this.unit.parameters.addressWidth > 32;
    const address = this.read('scan_result_low') + (wide ? this.read('scan_result_high') * 2 ** 32 : 0);
    const error = (status & 8) !== 0;
    if (!error && (status & 32) !== 0) return { match: false, stopped: true, address };
    return { match: false, error, address };
  }

  /** Scans, and waits for the finding. */
  scan(scan: Scan): Finding {
    this.startScan(scan);
    let finding: Finding | undefined;
    this.runUntil(() => {
      finding = this.readScan();
      return finding !== undefined;
    }, 'the end of the scan');
    return finding!;
  }
}
