/** Reads Verilog files, and the files that they include, from disk. */
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { VerilogFile } from '../yosys/read-design.ts';
import { YosysError } from '../yosys/yosys-error.ts';

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EACCES: 'permission denied',
  EISDIR: 'is a directory, not a Verilog file',
};

const read = async (path: string, includedFrom?: string): Promise<string> => {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    const by = includedFrom === undefined ? '' : ` (included by ${includedFrom})`;
    throw new YosysError(`${path}: ${reasons[code] ?? 'cannot be read'}${by}`, null, '');
  }
};

const include = /^[ \t]*`include[ \t]+"([^"]+)"/gm;

/**
 * The files, with those they include put where Yosys looks for them: included files are searched beside the file that includes
 * them, then beside the files named. Rejects with a `YosysError` that names the file.
 */
export const loadVerilog = async (paths: readonly string[]): Promise<VerilogFile[]> => {
  const files = await Promise.all(paths.map(async (path): Promise<VerilogFile> => ({ path, text: await read(path) })));
  const headers = new Map<string, VerilogFile>();
  const follow = async (file: VerilogFile): Promise<void> => {
    for (const [, name] of file.text.matchAll(include)) {
      if (name === undefined || headers.has(name)) continue;
      const places = [dirname(file.path), ...paths.map((path) => dirname(path))].map((folder) => join(folder, name));
      let header: VerilogFile | undefined;
      for (const path of places) {
        header ??= await read(path).then(
          (text) => ({ path, text, includedAs: name }),
          () => undefined,
        );
      }
      header ??= { path: name, text: await read(places[0] ?? name, basename(file.path)), includedAs: name };
      headers.set(name, header);
      await follow(header);
    }
  };
  for (const file of files) await follow(file);
  return [...files, ...headers.values()];
};
