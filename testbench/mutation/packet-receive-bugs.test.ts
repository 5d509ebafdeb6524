import { packetReceiveBlock } from '../lockstep/blocks/packet-receive/index.ts';
import { everyBugIsFound } from './every-bug-is-found.ts';

everyBugIsFound({ block: packetReceiveBlock, cycles: 60_000, fewest: 8 });
