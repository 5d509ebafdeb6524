/** Entries of page tables as software writes them. Source: `docs/systems/memory-management-unit.md`, "Page tables". */
import { tableEntryFields as at, tableEntryBytes } from '../../../rtl/platform/interface.ts';

/** Where a page, or the next table, is in one memory. */
export interface Place {
  /** Number of the frame of 4096 bytes. */
  readonly frame: number;
  /** The form of the memory path; plain when left out. */
  readonly form?: number;
}

export interface TableEntry {
  /** A page, and not the next table. */
  readonly leaf: boolean;
  readonly first?: Place | undefined;
  readonly second?: Place | undefined;
  readonly compare?: boolean | undefined;
  readonly read?: boolean | undefined;
  readonly write?: boolean | undefined;
  readonly execute?: boolean | undefined;
  readonly user?: boolean | undefined;
  readonly fake?: boolean | undefined;
}

/** The 16 bytes of a valid entry. */
export const encodeTableEntry = (entry: TableEntry): Uint8Array => {
  let value = 1n << BigInt(at.valid);
  const bit = (set: boolean | undefined, low: number): void => {
    if (set === true) value |= 1n << BigInt(low);
  };
  const place = (where: Place | undefined, enabled: number, frame: number, form: number): void => {
    if (where === undefined) return;
    value |= (1n << BigInt(enabled)) | (BigInt(where.frame) << BigInt(frame));
    value |= BigInt(where.form ?? 0) << BigInt(form);
  };
  bit(entry.leaf, at.leaf);
  place(entry.first, at.first, at.firstFrame, at.firstForm);
  place(entry.second, at.second, at.secondFrame, at.secondForm);
  for (const name of ['compare', 'read', 'write', 'execute', 'user', 'fake'] as const) bit(entry[name], at[name]);
  const bytes = new Uint8Array(tableEntryBytes);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt.asUintN(64, value), true);
  view.setBigUint64(8, value >> 64n, true);
  return bytes;
};
