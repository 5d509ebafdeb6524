import {
  any,
  type Bits,
  type BitsBranch,
  type BitsSignal,
  bit,
  bits,
  concat,
  lit,
  type ModuleBody,
  mux,
  select,
} from '../../hdl/index.ts';
import type { PlacedField, PlacedRegister, RegisterMap } from './declare.ts';
import { isSetting, laneWidth } from './port-shapes.ts';
import { assembleWord, bitsAt, bytesOf, elementsOf, leafOf, placeInWindow, wordAddress } from './port-words.ts';

/** A window's signals as the port sees them. */
export interface WindowSide {
  readonly read: BitsSignal<1>;
  readonly read_address: BitsSignal;
  readonly read_data: Bits;
  readonly write: BitsSignal<1>;
  readonly write_address: BitsSignal;
  readonly write_data: BitsSignal;
  readonly write_mask: BitsSignal;
}

/** The port's sides towards the block; those that a map has no use for are undefined and not touched. */
export interface BlockSides {
  readonly settings: unknown;
  readonly status: unknown;
  readonly windows: Readonly<Record<string, WindowSide>> | undefined;
}

export interface ReadTransfer {
  /** Whether this is the cycle in which the access takes place. */
  readonly execute: Bits<1>;
  /** Of the word: the byte address without its two lowest bits. */
  readonly address: Bits;
}

export interface WriteTransfer extends ReadTransfer {
  readonly data: Bits<32>;
  readonly strobes: Bits<4>;
  /** Whether fields that can only be written stay as they are; left out: they do not. */
  readonly hold?: Bits<1>;
}

const windowSide = (sides: BlockSides, window: PlacedRegister): WindowSide => {
  const side = sides.windows?.[window.name];
  if (side === undefined) throw new Error(`the port has no window '${window.name}'`);
  return side;
};

const named = (m: ModuleBody, name: string, value: Bits<1>): Bits<1> => m.named({ [name]: value })[name] ?? value;

const partOf = (value: BitsSignal, field: PlacedField, high: number, low: number): BitsSignal =>
  value.slice<number, number>(high - field.low, low - field.low);

/** What a WRITE does to the fields of one element: byte by byte, where strobed. */
const writeFields = (
  m: ModuleBody,
  sides: BlockSides,
  register: PlacedRegister,
  element: number,
  write: WriteTransfer,
): void => {
  const parts = register.fields
    .filter(isSetting)
    .flatMap((field) => bytesOf(field).map((part) => ({ field, ...part })));
  for (const strobed of new Set(parts.map(({ byte }) => byte)))
    m.when(write.strobes.bit(strobed), () => {
      for (const { field, high, low } of parts.filter(({ byte }) => byte === strobed)) {
        const target = partOf(leafOf(sides.settings, register, element, field), field, high, low);
        const data = bitsAt(write.data, low, high - low + 1);
        const given = field.access === 'write-only' && write.hold !== undefined ? mux(write.hold, target, data) : data;
        if (field.access === 'write-one-to-clear') {
          const set = partOf(leafOf(sides.status, register, element, field), field, high, low);
          target.set(target.and(given.not()).or(set));
        } else target.set(given);
      }
    });
};

/** What fields do in cycles without a WRITE to them. */
const restFields = (sides: BlockSides, register: PlacedRegister): void => {
  for (const element of elementsOf(register))
    for (const field of register.fields) {
      if (field.access === 'pulse') leafOf(sides.settings, register, element, field).set(0);
      if (field.access !== 'write-one-to-clear') continue;
      const signal = leafOf(sides.settings, register, element, field);
      signal.set(signal.or(leafOf(sides.status, register, element, field)));
    }
};

/** The lanes of an entry that the strobes of one of its words choose. */
const windowMask = (window: PlacedRegister, strobes: Bits<4>, word: Bits | undefined): Bits => {
  const lane = laneWidth(window);
  const lanes: Bits<1>[] = Array.from({ length: window.width / lane }, (_, index) => {
    const byte = Math.floor((index * lane) / 8);
    const strobe = strobes.bit(byte % 4);
    return word === undefined ? strobe : strobe.and(word.eq(Math.floor(byte / 4)));
  });
  return concat(...lanes.reverse());
};

const writeWindow = (m: ModuleBody, sides: BlockSides, window: PlacedRegister, write: WriteTransfer): Bits<1> => {
  const side = windowSide(sides, window);
  const { entry, word, ...place } = placeInWindow(write.address, window);
  const inside = named(m, `write_in_${window.name}`, place.inside);
  const fields = window.fields.map(({ low, width }) => ({ low, value: bitsAt(write.data, low % 32, width) }));
  side.write.set(window.writable ? write.execute.and(inside) : lit(1, 0));
  side.write_address.set(entry);
  side.write_data.set(assembleWord(window.width, fields));
  side.write_mask.set(windowMask(window, write.strobes, word));
  return inside;
};

/** Makes every WRITE happen; gives whether the word addressed can be written at all. */
export const writeRegisters = (m: ModuleBody, map: RegisterMap, sides: BlockSides, write: WriteTransfer): Bits<1> => {
  const { write_accepted } = m.wires({ write_accepted: { type: bit, default: 0 } });
  const branches: BitsBranch[] = [];
  for (const register of map.placed) {
    if (register.kind === 'window') {
      const inside = writeWindow(m, sides, register, write);
      if (register.writable) m.when(inside, () => write_accepted.set(1));
      continue;
    }
    if (!register.writable) continue;
    restFields(sides, register);
    for (const element of elementsOf(register))
      branches.push([wordAddress(register, element), () => writeFields(m, sides, register, element, write)]);
  }
  if (branches.length > 0) {
    const addresses = branches.map(([address]) => address as number);
    m.matchBits(write.address, [[addresses, () => write_accepted.set(1)]]);
    m.when(write.execute, () => m.matchBits(write.address, branches));
  }
  return write_accepted;
};

/** A register's word: the fields that can be read, zeros elsewhere. */
const readWord = (sides: BlockSides, register: PlacedRegister, element: number): Bits =>
  assembleWord(
    32,
    register.fields.flatMap((field) => {
      const { low, access } = field;
      if (access === 'pulse' || access === 'write-only') return [];
      if (access === 'constant') return [{ low, value: lit<number>(field.width, field.value) }];
      return [{ low, value: leafOf(access === 'read-only' ? sides.status : sides.settings, register, element, field) }];
    }),
  );

const windowWord = (side: WindowSide, window: PlacedRegister, word: Bits | undefined): Bits => {
  const words = Array.from({ length: window.words }, (_, index) =>
    assembleWord(
      32,
      window.fields
        .filter((field) => Math.floor(field.low / 32) === index)
        .map((field) => ({ low: field.low % 32, value: bitsAt(side.read_data, field.low, field.width) })),
    ),
  );
  return word === undefined ? (words[0] ?? lit<number>(32, 0)) : select(word, words);
};

export interface ReadAnswer {
  /** Whether the word addressed is mapped. */
  readonly mapped: Bits<1>;
  /** The word addressed, of everything but windows; 0 where none is. */
  readonly word: Bits<32>;
  /** Whether a window that can be read is addressed, and its word in the cycle after; undefined where there is none. */
  readonly window: { readonly hit: Bits<1>; readonly word: Bits<32> } | undefined;
}

const readWindows = (
  m: ModuleBody,
  sides: BlockSides,
  windows: readonly PlacedRegister[],
  read: ReadTransfer,
  mapped: BitsSignal<1>,
) => {
  const hits: Bits<1>[] = [];
  const { window_word } = m.wires({ window_word: { type: bits(32), default: 0 } });
  for (const window of windows) {
    const side = windowSide(sides, window);
    const { entry, word, ...place } = placeInWindow(read.address, window);
    const inside = named(m, `read_in_${window.name}`, place.inside);
    side.read.set(window.readable ? read.execute.and(inside) : lit(1, 0));
    side.read_address.set(entry);
    m.when(inside, () => {
      mapped.set(1);
      if (window.readable) window_word.set(windowWord(side, window, word).resize(32));
    });
    if (window.readable) hits.push(inside);
  }
  return hits.length === 0 ? undefined : { hit: any(hits), word: window_word };
};

/** The upper bits of wide counters: held when a low word is read, given where a high word is. */
const holdHighWords = (
  m: ModuleBody,
  sides: BlockSides,
  wide: readonly PlacedRegister[],
  read: ReadTransfer,
): Bits<32> => {
  const { high_word } = m.regs({ high_word: { type: bits(32), reset: 0 } });
  const branches = wide.flatMap((counter) =>
    elementsOf(counter).map((element): BitsBranch => {
      const high = bitsAt(leafOf(sides.status, counter, element), 32, counter.width - 32);
      return [wordAddress(counter, element), () => high_word.set(high.resize(32))];
    }),
  );
  m.when(read.execute, () => m.matchBits(read.address, branches));
  return high_word;
};

/** What the word addressed reads as. */
export const readRegisters = (m: ModuleBody, map: RegisterMap, sides: BlockSides, read: ReadTransfer): ReadAnswer => {
  const { read_word, read_mapped } = m.wires({
    read_word: { type: bits(32), default: 0 },
    read_mapped: { type: bit, default: 0 },
  });
  const windows = map.placed.filter((register) => register.kind === 'window');
  const wide = map.placed.filter((register) => register.kind === 'counter' && register.words > 1);
  const words = map.placed.filter((register) => register.kind !== 'window');
  const branches = words.flatMap((register) =>
    elementsOf(register).map((element): BitsBranch => {
      const word =
        register.kind === 'counter'
          ? bitsAt(leafOf(sides.status, register, element), 0, Math.min(32, register.width)).resize(32)
          : readWord(sides, register, element);
      return [wordAddress(register, element), () => read_word.set(word.resize(32))];
    }),
  );
  if (wide.length > 0) {
    const high = holdHighWords(m, sides, wide, read);
    const addresses = wide.flatMap((counter) => elementsOf(counter).map((element) => wordAddress(counter, element, 1)));
    branches.push([addresses, () => read_word.set(high)]);
  }
  if (branches.length > 0) {
    m.matchBits(read.address, [
      [branches.flatMap(([address]) => address as number | number[]), () => read_mapped.set(1)],
    ]);
    m.matchBits(read.address, branches);
  }
  const window = windows.length === 0 ? undefined : readWindows(m, sides, windows, read, read_mapped);
  return { mapped: read_mapped, word: read_word, window };
};
