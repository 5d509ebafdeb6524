import type { PlacedField, PlacedRegister, RegisterMap } from './declare.ts';

/**
 * The register port in the words of `docs/parts/register-port.md`, for tests of the hardware: one record of inputs a
 * cycle, by port name, gives the outputs during that cycle. Fields, counters and entries are found by path, such as
 * `key_2_word`.
 */
export type Signals = { [name: string]: number | bigint };

const bit = (value: number | bigint | undefined): boolean => value === 1;
const path = (register: PlacedRegister, element: number, field?: PlacedField): string =>
  [register.name, ...(register.repeated ? [element] : []), ...(field === undefined ? [] : [field.name])].join('_');

interface Found {
  readonly register: PlacedRegister;
  readonly element: number;
  readonly word: number;
}

export class PortReference {
  readonly map: RegisterMap;
  readonly fields = new Map<string, bigint>();
  /** Entries of windows. */
  readonly entries = new Map<string, bigint>();
  #held = { aw: false, w: false, ar: false, pending: undefined as bigint | undefined };
  #write = { address: 0, data: 0n, strobes: 0 };
  #read = 0;
  #b = { valid: 0, resp: 0 };
  #r = { valid: 0, resp: 0, data: 0n };
  #high = 0n;

  constructor(map: RegisterMap) {
    this.map = map;
    for (const register of map.placed)
      for (let element = 0; element < register.count; element += 1)
        for (const field of register.fields)
          if (register.kind === 'register')
            this.fields.set(path(register, element, field), BigInt(field.resets[element] ?? 0));
  }

  outputs(): Signals {
    const { aw, w, ar } = this.#held;
    const settings = this.map.placed.flatMap((register) =>
      register.kind !== 'register'
        ? []
        : Array.from({ length: register.count }, (_, element) => element).flatMap((element) =>
            register.fields
              .filter(({ access }) => access !== 'read-only' && access !== 'constant')
              .map((field) => {
                const name = path(register, element, field);
                return [`settings_${name}`, Number(this.fields.get(name))] as const;
              }),
          ),
    );
    return {
      s_axil_awready: aw ? 0 : 1,
      s_axil_wready: w ? 0 : 1,
      s_axil_bvalid: this.#b.valid,
      s_axil_bresp: this.#b.resp,
      s_axil_arready: ar ? 0 : 1,
      s_axil_rvalid: this.#r.valid,
      s_axil_rresp: this.#r.resp,
      s_axil_rdata: Number(this.#r.data),
      ...Object.fromEntries(settings),
    };
  }

  /** Which secrets are written in a cycle with these inputs. */
  stored(inputs: Signals): number {
    const writes = this.#held.aw && this.#held.w && (this.#b.valid === 0 || bit(inputs.s_axil_bready));
    const found = this.#find(this.#write.address);
    if (!writes || this.#write.strobes === 0 || bit(inputs.hold) || found === undefined) return 0;
    const secrets = this.map.placed.filter(({ fields }) => fields.some(({ access }) => access === 'write-only'));
    const words = secrets.flatMap((register) =>
      Array.from({ length: register.count }, (_, element) => ({ register, element })),
    );
    const index = words.findIndex(({ register, element }) => register === found.register && element === found.element);
    return index < 0 ? 0 : 2 ** index;
  }

  #find(address: number): Found | undefined {
    const aligned = address - (address % 4);
    for (const register of this.map.placed)
      for (let element = 0; element < register.count; element += 1) {
        const word = (aligned - register.address - element * register.stride) / 4;
        if (word >= 0 && word < register.words) return { register, element, word };
      }
    return undefined;
  }

  /** One edge with these inputs. */
  step(inputs: Signals): void {
    const writes = this.#held.aw && this.#held.w && (this.#b.valid === 0 || bit(inputs.s_axil_bready));
    const reads = this.#held.ar && (this.#r.valid === 0 || bit(inputs.s_axil_rready));
    const found = this.#find(this.#read);
    const read = reads ? this.#readWord(found, inputs) : undefined;
    const pending = this.#held.pending;
    this.#settle(inputs, writes);

    if (bit(inputs.s_axil_bready)) this.#b.valid = 0;
    if (writes) {
      this.#b = { valid: 1, resp: this.#writable(this.#find(this.#write.address)) ? 0 : 2 };
      this.#held.aw = this.#held.w = false;
    } else this.#accept(inputs, 'write');
    if (bit(inputs.s_axil_rready)) this.#r.valid = 0;
    this.#held.pending = undefined;
    if (pending !== undefined) this.#r = { valid: 1, resp: 0, data: pending };
    if (read !== undefined) {
      this.#held.ar = false;
      if (found?.register.kind === 'window' && found.register.readable) this.#held.pending = read;
      else this.#r = { valid: 1, resp: found === undefined ? 2 : 0, data: read };
    } else this.#accept(inputs, 'read');
  }

  #accept(inputs: Signals, side: 'read' | 'write'): void {
    if (side === 'read') {
      if (!this.#held.ar && bit(inputs.s_axil_arvalid)) {
        this.#held.ar = true;
        this.#read = Number(inputs.s_axil_araddr);
      }
      return;
    }
    if (!this.#held.aw && bit(inputs.s_axil_awvalid)) {
      this.#held.aw = true;
      this.#write.address = Number(inputs.s_axil_awaddr);
    }
    if (!this.#held.w && bit(inputs.s_axil_wvalid)) {
      this.#held.w = true;
      this.#write.data = BigInt(inputs.s_axil_wdata ?? 0);
      this.#write.strobes = Number(inputs.s_axil_wstrb);
    }
  }

  #writable(found: Found | undefined): boolean {
    if (found === undefined || found.register.kind === 'counter') return false;
    return found.register.writable;
  }

  #readWord(found: Found | undefined, inputs: Signals): bigint {
    if (found === undefined) return 0n;
    const { register, element, word } = found;
    const name = path(register, element);
    if (register.kind === 'window')
      return register.readable ? ((this.entries.get(name) ?? 0n) >> BigInt(32 * word)) & 0xffff_ffffn : 0n;
    if (register.kind === 'counter') {
      if (word === 1) return this.#high;
      const value = BigInt(inputs[`status_${name}`] ?? 0);
      if (register.words > 1) this.#high = value >> 32n;
      return value & 0xffff_ffffn;
    }
    return register.fields.reduce((total, field) => {
      const here = path(register, element, field);
      const value =
        field.access === 'constant'
          ? BigInt(field.value)
          : field.access === 'read-only'
            ? BigInt(inputs[`status_${here}`] ?? 0)
            : field.access === 'pulse' || field.access === 'write-only'
              ? 0n
              : (this.fields.get(here) ?? 0n);
      return total | (value << BigInt(field.low));
    }, 0n);
  }

  /** Changes every field and entry as this edge does. */
  #settle(inputs: Signals, writes: boolean): void {
    const target = writes ? this.#find(this.#write.address) : undefined;
    const { data, strobes } = this.#write;
    const mask = [0, 1, 2, 3].reduce(
      (total, byte) => total | ((strobes >> byte) % 2 === 1 ? 0xffn << BigInt(8 * byte) : 0n),
      0n,
    );
    for (const register of this.map.placed) {
      if (register.kind !== 'register') continue;
      for (let element = 0; element < register.count; element += 1)
        for (const field of register.fields) {
          const name = path(register, element, field);
          const old = this.fields.get(name) ?? 0n;
          const all = (1n << BigInt(field.width)) - 1n;
          const hit = target?.register === register && target.element === element;
          const strobed = hit ? (mask >> BigInt(field.low)) & all : 0n;
          const given = (data >> BigInt(field.low)) & all;
          const set = BigInt(inputs[`status_${name}`] ?? 0);
          if (field.access === 'pulse') this.fields.set(name, given & strobed);
          else if (field.access === 'write-one-to-clear') this.fields.set(name, (old & ~(given & strobed)) | set);
          else if (field.access === 'write-only' && bit(inputs.erase)) this.fields.set(name, 0n);
          else if (field.access === 'write-only' && bit(inputs.hold)) continue;
          else if (field.access === 'read-write' || field.access === 'write-only')
            this.fields.set(name, (old & ~strobed) | (given & strobed));
        }
    }
    if (target?.register.kind !== 'window' || !target.register.writable) return;
    const { register, element, word } = target;
    const held = register.fields.reduce(
      (total, field) => total | (((1n << BigInt(field.width)) - 1n) << BigInt(field.low)),
      0n,
    );
    const lanes = (mask << BigInt(32 * word)) & held;
    const old = this.entries.get(path(register, element)) ?? 0n;
    this.entries.set(path(register, element), (old & ~lanes) | ((data << BigInt(32 * word)) & lanes));
  }
}
