/** Where a block's ports lie in its records of input and output words. */

/** One port: `words` 32-bit words from word `word` on, least significant first; bits from `width` up are 0. */
export interface PortSlot {
  readonly name: string;
  readonly width: number;
  readonly word: number;
  readonly words: number;
}

export interface PortLayout {
  readonly inputs: readonly PortSlot[];
  readonly outputs: readonly PortSlot[];
  readonly inputWords: number;
  readonly outputWords: number;
}

export interface Port {
  readonly name: string;
  readonly width: number;
  readonly direction: 'input' | 'output';
}

const place = (ports: readonly Port[]): PortSlot[] => {
  let word = 0;
  return ports.map(({ name, width }) => {
    const words = Math.ceil(width / 32);
    const slot = { name, width, word, words };
    word += words;
    return slot;
  });
};

const totalWords = (slots: readonly PortSlot[]): number => slots.reduce((sum, { words }) => sum + words, 0);

/** Lays out ports in their order: inputs and outputs each in records of their own. */
export const layPorts = (ports: readonly Port[]): PortLayout => {
  const inputs = place(ports.filter(({ direction }) => direction === 'input'));
  const outputs = place(ports.filter(({ direction }) => direction === 'output'));
  return { inputs, outputs, inputWords: totalWords(inputs), outputWords: totalWords(outputs) };
};

/** The first word of a port, by its name. */
export const wordOf = (slots: readonly PortSlot[], name: string): number => {
  const slot = slots.find((each) => each.name === name);
  if (slot === undefined) throw new Error(`no port '${name}'; there are ${slots.map((each) => each.name).join(', ')}`);
  return slot.word;
};
