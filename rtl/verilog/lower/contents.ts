import type { Memory } from '../../hdl/ir.ts';
import type { VerilogItem, VerilogStatement } from '../ast.ts';
import { name, number } from './build.ts';

/** Memories and what they hold at power-on. */

export const memoryDeclarations = (memories: readonly Memory[]): VerilogItem[] =>
  memories.map(({ name, width, depth, readDuringWrite, location }) => ({
    kind: 'memory',
    anyReadDuringWrite: readDuringWrite === 'undefined',
    width,
    name,
    depth,
    location,
  }));

/** The variable of the loops that fill the rest of a memory with zeros. */
export const fillCounter = (memories: readonly Memory[], counter: string): VerilogItem[] => {
  const partial = memories.find((memory) => memory.contents.length > 0 && memory.contents.length < memory.depth);
  return partial === undefined ? [] : [{ kind: 'integer', name: counter, location: partial.location }];
};

export const memoryContents = (memories: readonly Memory[], counter: string): VerilogItem[] =>
  memories
    .filter((memory) => memory.contents.length > 0)
    .map(({ name: memory, contents, depth, width, location }) => {
      const words = contents.map(
        (word, index): VerilogStatement => ({
          kind: 'assign',
          target: { kind: 'range', of: name(memory), high: index, low: index },
          blocking: true,
          value: number(width, word),
          location,
        }),
      );
      const rest: VerilogStatement[] =
        contents.length < depth
          ? [
              {
                kind: 'fill',
                memory,
                counter,
                from: contents.length,
                to: depth - 1,
                value: number(width, 0n),
                location,
              },
            ]
          : [];
      return { kind: 'initial', body: [...words, ...rest], location };
    });
