/** What devices give after their ports are out of service: whether a port drains is decided by whose answers they are. */
import { expect, test } from 'vitest';
import type { Expression, Module } from '../../../../rtl/hdl/ir.ts';
import { resourceAccessControllerParameters } from '../../../../rtl/resource-access-controller/interface.ts';
import { editInstance } from '../../../mutation/edit-instance.ts';
import { changeInValues, mentions } from '../../../mutation/places.ts';
import { named, one, readSide, writeSide, zero } from '../../../mutation/resource-access-controller-places.ts';
import { mentionOf } from '../../../mutation/values.ts';
import type { BlockUnderTest } from '../../block.ts';
import { firstDifference, recordCampaign } from '../../recorded-campaign.ts';
import { modelWay, rtlWay } from '../../ways.ts';
import { resourceAccessControllerBlock } from './index.ts';
import { owingScenarios } from './scenarios.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const parameters = resourceAccessControllerBlock.resolve({ dataWidth: 32, idWidth: 4, outstanding: 4, resources: 2 });
const block: BlockUnderTest = {
  ...resourceAccessControllerBlock,
  scenarios: () => owingScenarios(resourceAccessControllerParameters(parameters), 15),
};
const module = block.module(parameters);
const campaign = recordCampaign(modelWay(block.model(parameters)), {
  block,
  parameters,
  cycles: thorough ? 2_000_000 : 120_000,
  seed: 5,
});

test('model and hardware agree', () => {
  expect(firstDifference(campaign, rtlWay(module))).toBeNull();
}, 600_000);

const sameId = (node: Expression): boolean =>
  node.kind === 'binary' && node.operator === 'equal' && mentions(node, 'id');

test.each<[string, readonly string[], (module: Module) => Module]>([
  ['beats of any identifier pay', readSide('owed_reads'), (part) => changeInValues(part, 'matching', sameId, one, 4)],
  [
    'responses of any identifier pay',
    writeSide('owed_writes'),
    (part) => changeInValues(part, 'matching', sameId, one, 4),
  ],
  [
    'any beat ends a read',
    readSide(),
    (part) => changeInValues(part, 'owed_reads_ends', named('intake_data_last'), one),
  ],
  [
    'what fills up counts for the write before',
    writeSide('data_register'),
    (part) => changeInValues(part, 'held_slot', named('promised_slot'), () => mentionOf(part, 'held_slot')),
  ],
  ['nothing is taken down', readSide('owed_reads'), (part) => changeInValues(part, 'present', named('ours'), zero)],
])('hardware in which %s is found out', (_, path, plant) => {
  expect(firstDifference(campaign, rtlWay(editInstance(module, path, plant)))).not.toBeNull();
});
