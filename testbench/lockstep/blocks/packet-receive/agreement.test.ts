import { test } from 'vitest';
import { agreementOf } from '../../agreement.ts';
import type { BlockParameters } from '../../block.ts';
import { packetReceiveBlock as block } from './index.ts';

const compare = agreementOf(block);

const timeout = 1_800_000;

test('model and hardware agree as it ships', () => compare({}, ['model', 'rtl'], 10_000, 3), timeout);

// The widest and the narrowest, with addresses over 32 bits.
test.each<BlockParameters>([
  { dataWidth: 512, clients: 16, addressWidth: 48, slotBytes: 1024, outstanding: 16 },
  { dataWidth: 128, clients: 2, slotBytes: 512, outstanding: 2, idWidth: 1 },
])('model and hardware agree at %j', (values) => compare(values, ['model', 'rtl'], 6_000, 17), timeout);

const small: BlockParameters = { clients: 2, slotBytes: 512, outstanding: 2, idWidth: 1 };

test('model, hardware and Verilog agree', () => compare(small, ['model', 'rtl', 'verilog'], 3_000, 5), timeout);
