/** Steps on memory as one sees it: the bare machine's, and those of programs on a hypervisor. */
import type { Space } from '../../model/hardware/platform/index.ts';
import { countFromOne, number, readForm } from './forms.ts';
import { patternBytes, sameBytes } from './pattern.ts';
import type { Statement } from './statement.ts';
import type { StepReader } from './step-reader.ts';

interface Sight {
  readonly space: Space;
  judge(statement: Statement, held: boolean, why: string): void;
}

type Read = StepReader<Sight>;

const content = { bytes: countFromOne, pattern: number };

const write: Read = (statement) => {
  const { address, bytes, pattern } = readForm(statement, { places: { address: number }, needs: content });
  return ({ space }) => space.write(address, patternBytes(pattern, bytes));
};

const check: Read = (statement) => {
  const { address, bytes, pattern } = readForm(statement, { places: { address: number }, needs: content });
  return async ({ space, judge }) => {
    const found = await space.read(address, bytes);
    const wanted = patternBytes(pattern, bytes);
    const at = found.findIndex((byte, index) => byte !== wanted[index]);
    const why = at < 0 ? '' : `byte ${at} is 0x${found[at]!.toString(16)}, not 0x${wanted[at]!.toString(16)}`;
    judge(statement, sameBytes(found, wanted), why);
  };
};

const copy: Read = (statement) => {
  const { from, to, bytes } = readForm(statement, { needs: { from: number, to: number, bytes: countFromOne } });
  return async ({ space }) => {
    const block = 1024;
    for (let at = 0; at < bytes; at += block)
      await space.write(to + at, await space.read(from + at, Math.min(block, bytes - at)));
  };
};

/** What nobody has written yet. */
const zeros: Read = (statement) => {
  const { address, bytes } = readForm(statement, { places: { address: number }, needs: { bytes: countFromOne } });
  return async ({ space, judge }) => {
    const found = await space.read(address, bytes);
    const at = found.findIndex((byte) => byte !== 0);
    judge(statement, at < 0, at < 0 ? '' : `byte ${at} is 0x${found[at]!.toString(16)}`);
  };
};

export const contentSteps = { write, check, copy, zeros };
