import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { elaborate } from '../../rtl/hdl/index.ts';
import { resourceAccessControllerParameters } from '../../rtl/resource-access-controller/interface.ts';
import { resourceAccessControllerProofs } from '../../rtl/resource-access-controller/proofs.ts';
import { checkedController } from '../../rtl/resource-access-controller/properties.ts';
import { projectRoot } from '../commands/version.ts';
import { resourceAccessControllerBlock } from '../lockstep/blocks/resource-access-controller/index.ts';
import { firstDifference, recordCampaign } from '../lockstep/recorded-campaign.ts';
import { modelWay, rtlWay } from '../lockstep/ways.ts';
import { editInstance } from '../mutation/edit-instance.ts';
import { plantedBugs } from '../mutation/planted-bugs.ts';
import { proveTarget } from './prove-target.ts';
import { replayTrace, type Trace } from './trace.ts';

// Below the project, so that the written test finds its packages.
const build = join(projectRoot(), 'build');
mkdirSync(build, { recursive: true });
const directory = mkdtempSync(join(build, 'proofs-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const targetOf = (name: string) => {
  const target = resourceAccessControllerProofs.targets.find((each) => each.name === name);
  if (target === undefined) throw new Error(`there is no proof '${name}'`);
  return target;
};

/** The planted bug of this name, in the part alone that a proof is of. */
const bugIn = (name: string, part: string) => (top: Parameters<typeof editInstance>[0]) => {
  const bug = plantedBugs.resource_access_controller?.find((each) => each.name === name);
  if (bug === undefined) throw new Error(`there is no planted bug '${name}'`);
  return editInstance(top, [part], bug.plant);
};

test.each([
  [
    'filling_stops_early',
    'data that leave by a port',
    'register',
    'the last filling beat is the last that was promised',
  ],
  ['filling_writes', 'data that leave by a port', 'register', 'a filling beat writes nothing'],
  [
    'timeout_one_late',
    'ages of transactions',
    'ages',
    'a transaction is kept waiting for no longer than its timeout and N cycles',
  ],
  ['lowest_does_not_win', 'what the decoder of reads says', 'decoder', 'decoder.at most one entry counts'],
])('%s fails a proof, and leaves a test that runs and a wave', async (bug, name, part, property) => {
  const target = targetOf(name);
  const change = bugIn(bug, part);
  const rows = await proveTarget('resource_access_controller', target, {
    change,
    directory,
    sources: projectRoot(),
    properties: [property],
    depth: 40,
  });
  expect(rows).toHaveLength(1);
  expect(rows[0]).toMatchObject({ property, verdict: 'failed', engine: 'bmc3' });
  const { waves = '', test: file = '', command = '' } = rows[0]?.files ?? {};
  expect(readFileSync(waves, 'utf8')).toContain('$enddefinitions');
  const trace = JSON.parse(/const trace = (\{[\s\S]*?\n\});/.exec(readFileSync(file, 'utf8'))?.[1] ?? '') as Trace;
  expect(replayTrace(change(elaborate(target.module())), trace).violation).not.toBeNull();
  if (bug !== 'filling_stops_early') return;
  // The register itself has no such mistake, so that the test runs green as it stands.
  const run = spawnSync(command, { cwd: projectRoot(), shell: true, encoding: 'utf8' });
  expect(`${run.stdout}${run.stderr}`).toMatch(/1 passed/);
  expect(run.status).toBe(0);
});

test('what the proofs by induction rest on holds in random traffic too', () => {
  const parameters = resourceAccessControllerBlock.resolve({ outstanding: 3, idWidth: 2, dataWidth: 32 });
  const campaign = recordCampaign(modelWay(resourceAccessControllerBlock.model(parameters)), {
    block: resourceAccessControllerBlock,
    parameters,
    cycles: 10_000,
    seed: 1,
  });
  const checked = elaborate(checkedController(resourceAccessControllerParameters(parameters)));
  expect(firstDifference(campaign, rtlWay(checked))).toBeNull();
});
