/** A guest's loads and stores: each page's part of an access is one access, tried again by itself. */
import type { Processor, Space, View } from '../../hardware/platform/index.ts';
import { spaceOf } from '../../hardware/platform/space.ts';
import type { Thread } from '../schedule/index.ts';
import { type Faults, piecesOf } from './faults.ts';

/** Bytes of one access at most: a program that wants more asks again. */
export const mostBytes = 2 ** 24;
/** Bytes that a processor can address. */
const addressable = 2 ** 40;

const check = (address: number, bytes: number): void => {
  if (!Number.isInteger(address) || address < 0 || !Number.isInteger(bytes) || bytes < 1 || bytes > mostBytes)
    throw new RangeError(
      `an access needs an address, and from 1 to ${mostBytes} bytes, not ${bytes} bytes at ${address}`,
    );
  if (address + bytes > addressable)
    throw new RangeError(
      `${bytes} bytes at 0x${address.toString(16)} are beyond the 40 bits of a processor's addresses`,
    );
};

/** A program may drop what it asked for: then nobody hears of its failure, and the process does not end for it. */
const heardOrNot = <Result>(promise: Promise<Result>): Promise<Result> => {
  promise.catch(() => {});
  return promise;
};

const droppable = (space: Space): Space => ({
  read8: (address) => heardOrNot(space.read8(address)),
  read16: (address) => heardOrNot(space.read16(address)),
  read32: (address) => heardOrNot(space.read32(address)),
  read64: (address) => heardOrNot(space.read64(address)),
  write8: (address, value) => heardOrNot(space.write8(address, value)),
  write16: (address, value) => heardOrNot(space.write16(address, value)),
  write32: (address, value) => heardOrNot(space.write32(address, value)),
  write64: (address, value) => heardOrNot(space.write64(address, value)),
  read: (address, bytes) => heardOrNot(space.read(address, bytes)),
  write: (address, data) => heardOrNot(space.write(address, data)),
  view: (base, bytes) => droppableView(space.view(base, bytes)),
});

const droppableView = (view: View): View => ({ ...droppable(view), base: view.base, bytes: view.bytes });

/** All parts, each to its end; then the first failure, in order of addresses. */
const together = async <Result>(parts: readonly Promise<Result>[]): Promise<readonly Result[]> => {
  const outcomes = await Promise.allSettled(parts);
  return outcomes.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  });
};

/** The memory of a domain, for a program of its that runs on a thread. */
export const guestMemory = (thread: Thread, domain: number, faults: Faults): Space => {
  const spaces = new Map<Processor, Space>();
  const by = (processor: Processor): Space => {
    const space = spaces.get(processor) ?? processor.as({ domain, privileged: false });
    spaces.set(processor, space);
    return space;
  };
  const read = (address: number, bytes: number): Promise<Uint8Array> =>
    faults.access(thread, { domain, address, bytes, write: false }, (processor) => by(processor).read(address, bytes));
  const write = (address: number, data: Uint8Array): Promise<void> =>
    faults.access(thread, { domain, address, bytes: data.length, write: true }, (processor) =>
      by(processor).write(address, data),
    );
  return droppable(
    spaceOf({
      read: async (address, bytes) => {
        check(address, bytes);
        const pieces = piecesOf(address, bytes);
        if (pieces.length === 1) return read(address, bytes);
        const data = new Uint8Array(bytes);
        const parts = await together(pieces.map((piece) => read(piece.address, piece.bytes)));
        for (const [index, part] of parts.entries()) data.set(part, pieces[index]!.address - address);
        return data;
      },
      write: async (address, given) => {
        check(address, given.length);
        const data = given.slice();
        const parts = piecesOf(address, data.length).map((piece) =>
          write(piece.address, data.subarray(piece.address - address, piece.address - address + piece.bytes)),
        );
        await together(parts);
      },
    }),
  );
};
