import { writeGateBlock } from '../lockstep/blocks/write-gate/index.ts';
import { everyBugIsFound } from './every-bug-is-found.ts';

// So few writes at once that random traffic meets the limit.
everyBugIsFound({ block: writeGateBlock, set: { pageWidth: 6, outstanding: 3 }, cycles: 20_000, fewest: 7 });
