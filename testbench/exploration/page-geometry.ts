/** What a machine of pages is made of, and where its page and the tables are. */
import { entryFields, memoryManagementUnitParameters } from '../../rtl/memory-management-unit/interface.ts';

export interface PageMachineOptions {
  readonly name: string;
  /** Units that are there; where it is one, another one is there that keeps bumps waiting as it likes. */
  readonly units: 1 | 2;
  /** Accesses that a processor has under way, of each direction. */
  readonly reads: 0 | 1 | 2;
  readonly writes: 0 | 1 | 2;
  /** Beats of a write. */
  readonly beats: 1 | 2;
  /** Whether the memory keeps requests and data waiting, and the processor answers. */
  readonly stalls: boolean;
  /** Whether the two frames share an index. */
  readonly alias: boolean;
  readonly cookieWidth: number;
}

/** The least that the interface allows. */
export const geometryOf = ({ cookieWidth }: PageMachineOptions) =>
  ({
    ...memoryManagementUnitParameters({
      ...{ dataWidth: 128, addressWidth: 24, formWidth: 0, virtualWidth: 32, idWidth: 1, domainWidth: 1 },
      ...{ entries: 4, reads: 2, writes: 2, timerWidth: 4, cookieWidth, cookieIndexWidth: 1 },
    }),
  }) as const;

/** Frames of the tables, level 0 first, and of the page. */
export const tableFrames = [8, 10, 12, 14] as const;
export const framesOf = (alias: boolean) => (alias ? ([4, 7] as const) : ([4, 5] as const));
const firstOf = (frame: number): bigint =>
  (1n << BigInt(entryFields.first)) | (BigInt(frame) << BigInt(entryFields.firstFrame));
export const pointerTo = (frame: number): bigint => 1n | firstOf(frame);
export const leafTo = (frame: number): bigint =>
  pointerTo(frame) |
  (['leaf', 'read', 'write', 'user'] as const).reduce((sum, name) => sum | (1n << BigInt(entryFields[name])), 0n);
