/** What tests of failed proofs import. */
import { elaborate } from '../../rtl/hdl/index.ts';
import { proofLists } from './lists.ts';
import { replayTrace, type Trace, type TraceReplay } from './trace.ts';

/** Runs a trace on the hardware of a proof as it is now. */
export const replayProof = (block: string, name: string, trace: Trace): TraceReplay => {
  const list = proofLists.find((each) => each.block === block);
  const target = list?.targets.find((each) => each.name === name);
  if (target === undefined) throw new Error(`there is no proof '${name}' of '${block}' any more; delete its old test`);
  return replayTrace(elaborate(target.module()), trace);
};
