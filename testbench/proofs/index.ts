/** Proofs of assertions for all time, and the traces of those that fail. */
export { type PropertyVerdict, type ProveOptions, proveModule, type Verdict } from './prove-module.ts';
export { replayTrace, type Trace, type TraceReplay } from './trace.ts';
