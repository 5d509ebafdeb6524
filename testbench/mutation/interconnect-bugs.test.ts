import { interconnectBlock } from '../lockstep/blocks/interconnect/index.ts';
import { everyBugIsFound } from './every-bug-is-found.ts';

everyBugIsFound({ block: interconnectBlock, cycles: 20_000, fewest: 8 });
