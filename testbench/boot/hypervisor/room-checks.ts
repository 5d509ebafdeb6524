/** Whether a machine has room for a hypervisor and its domains: said before it is made. */
import { fixedFrames, promisable } from '../../../model/hypervisor/domains/admission.ts';
import { trustedPages } from '../../../model/hypervisor/index.ts';
import { frameBytes, type Layout, layoutOf } from '../../../model/hypervisor/memory/layout.ts';
import { windowTables } from '../../../model/hypervisor/memory/windows.ts';
import { refuse, type Statement } from '../statement.ts';
import type { HypervisorPart } from './scenario.ts';

const layoutProblem = (frames: number): string => {
  try {
    layoutOf(frames);
    return '';
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    throw error;
  }
};

/** The hypervisor's own part. @param outside the statement that says how large memories are */
const checkLayout = (outside: Statement, memoryBytes: number): void => {
  const problem = layoutProblem(memoryBytes / frameBytes);
  if (problem === '') return;
  let least = memoryBytes / frameBytes;
  while (layoutProblem(least) !== '') least += 1;
  throw refuse(outside, `${problem}; write memoryBytes=${(least * frameBytes) / 1024}K or more`);
};

/** Frames that a domain takes when it begins. */
const takes = (pages: number, layout: Layout): number =>
  pages + fixedFrames({ copies: 'both', has: 0, target: 0, pages, grantPages: 1 }, layout);

/** Each domain by itself, beside domain 0: whether several are there at once is known when they run. @throws ScenarioError */
export const checkRoom = (
  { statement, pages = trustedPages, domains }: HypervisorPart,
  { memoryBytes, clients }: { readonly memoryBytes: number; readonly clients: number },
  outside: Statement | undefined,
): void => {
  if (outside !== undefined) checkLayout(outside, memoryBytes);
  const layout = layoutOf(memoryBytes / frameBytes);
  const most = promisable(layout, clients, windowTables(layout.frames, new Set([0])).length);
  const left = most - takes(pages, layout);
  const check = (line: Statement, frames: number, wanted: number, who: string): void => {
    if (wanted > frames)
      throw refuse(
        line,
        `${who} needs ${wanted} frames with its tables, and there are ${Math.max(0, frames)} for it; write fewer pages=, or 'outside memoryBytes=' with more than ${memoryBytes / 1024}K`,
      );
  };
  check(statement, most, takes(pages, layout), 'domain 0');
  for (const { name, statement: line, request } of domains)
    check(line, left, takes(request.pages, layout), `domain '${name}'`);
};
