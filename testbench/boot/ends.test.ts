/** Scenarios that come to no good end: they are judged all the same, line by line. */
import { expect, test } from 'vitest';
import { createModelPlatform } from '../../model/hardware/platform/index.ts';
import { runScenario } from './run.ts';
import { readScenario } from './scenario.ts';

const small =
  'machine processors=1 dataWidth=128 tlbEntries=4\noutside memoryBytes=1M memoryLatency=2 sectorCycles=16\n';

/** What did not hold, in order, and the event log. */
const ran = async (source: string) => {
  const log: string[] = [];
  const scenario = readScenario(`${small}${source}`, 'my.scenario', 'my');
  const { expectations } = await runScenario(createModelPlatform, scenario, [], { event: (_, text) => log.push(text) });
  return { broken: expectations.filter(({ held }) => !held).map(({ text, why }) => `${text}: ${why}`), log };
};

const guests = `hypervisor pages=1
  domain a pages=1
    sleep 5
  trusted t
    start a
    sleep 200K
expect audit
expect not has a pages=9
`;

test.each([
  [
    'power is cut while it boots',
    'fault power-cut at=700\n',
    'the hypervisor does not boot: power was cut in cycle 700',
  ],
  [
    'both memories are lost',
    'fault memory-lost memory=0 how=errs at=600\nfault memory-lost memory=1 how=errs at=600\n',
    /the hypervisor does not boot: processor 0, domain 0: the (read|write) of .* was answered with SLVERR/,
  ],
])('a hypervisor that does not come up is told with its line: %s', async (_, faults, why) => {
  const { broken } = await ran(`${faults}${guests}`);
  expect(broken).toEqual([
    expect.stringMatching(/^hypervisor pages=1 \(line \d\): /),
    expect.stringMatching(/^expect audit \(line \d+\): there was no hypervisor that came up/),
    expect.stringMatching(/^expect not has a pages=9 \(line \d+\): there was no hypervisor that came up/),
  ]);
  expect(broken[0]).toMatch(why);
});

test('power is cut under a hypervisor: its programs are told so, and what is expected is judged', async () => {
  const { broken } = await ran(`fault power-cut at=100K\n${guests}`);
  expect(broken).toEqual([
    expect.stringContaining('hypervisor pages=1 (line 4): the hypervisor stops: power was cut in cycle 102400'),
    expect.stringContaining('trusted t (line 7): line 9: power was cut in cycle 102400'),
    expect.stringContaining('expect audit (line 10): power was cut in cycle 102400'),
    expect.stringContaining('expect not has a pages=9 (line 11): power was cut in cycle 102400'),
  ]);
});

test('a device that answers with errors is reset and comes back', async () => {
  const { broken } = await ran(`fault device-error device=disk0 at=300
program p
  write 0x1000 bytes=4K pattern=1
  disk disk0 write block=1 memory=0x1000
  revive disk0
  disk disk0 write block=2 memory=0x1000
expect disk disk0 block=2 pattern=1
expect faulted device=disk0 is=no
limit 20000
`);
  expect(broken).toEqual([]);
});

test('a device that is lost is given up, and its program says so', async () => {
  const { broken } = await ran(`fault device-lost device=disk0 at=300
program p
  write 0x1000 bytes=4K pattern=1
  disk disk0 write block=1 memory=0x1000
  revive disk0
expect faulted device=disk0 is=yes
`);
  expect(broken).toEqual([
    'program p (line 4): line 7: disk0 has not acknowledged its reset in 10000 cycles: it is lost',
  ]);
});

test('what a program cannot do is told with the line of its step', async () => {
  const { broken } = await ran(`program p
  sleep 1
  repeat 2
    check 0x0 bytes=8 pattern=1
    write 0xFF_FFFF_FFFF bytes=64 pattern=1
program q
  key slot=4 channel=prince pattern=1
`);
  expect(broken).toEqual([
    "program p (line 3): line 7: 64 bytes at 0xffffffffff are beyond the 40 bits of a processor's addresses",
    expect.stringContaining('check 0x0 bytes=8 pattern=1 (line 6): byte 0 is 0x0'),
    "program q (line 8): my.scenario:9: the machine has key slots 0 to 3, but no 4; 'machine keySlots=' gives it up to 8",
  ]);
});

test('programs that wait for what does not come are given up, and what they wait for is in the log', async () => {
  const { broken, log } = await ran(`limit 3000
program waits
  restore memory=0 from=0 bytes=4K
program follows
  after waits
program ends
  sleep 10
`);
  expect(broken).toEqual([
    "program waits (line 4): it had not ended in cycle 3000; write 'limit CYCLE' if it needs longer",
    "program follows (line 6): it had not ended in cycle 3000; write 'limit CYCLE' if it needs longer",
  ]);
  expect(log).toContain('waits: waits until memory 0 has failed');
});
