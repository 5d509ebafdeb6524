/** Whether a machine has room for a hypervisor: said before it is made. */
import { frameBytes, layoutOf } from '../../../model/hypervisor/memory/layout.ts';
import { refuse, type Statement } from '../statement.ts';

const layoutProblem = (frames: number): string => {
  try {
    layoutOf(frames);
    return '';
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    throw error;
  }
};

/** @param outside the statement that says how large memories are. @throws ScenarioError */
export const checkRoom = (outside: Statement, memoryBytes: number): void => {
  const problem = layoutProblem(memoryBytes / frameBytes);
  if (problem === '') return;
  let least = memoryBytes / frameBytes;
  while (layoutProblem(least) !== '') least += 1;
  throw refuse(outside, `${problem}; write memoryBytes=${(least * frameBytes) / 1024}K or more`);
};
