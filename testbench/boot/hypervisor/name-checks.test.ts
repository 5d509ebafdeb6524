/** Names of nothing, and what begins twice, are told before anything runs. */
import { expect, test } from 'vitest';
import { readScenario } from '../scenario.ts';

/** Domains `a`, which takes packets and grants `g`, and `b`, which maps it, are in lines 2 to 7; `t` starts in line 8. */
const told = (trusted: string, more = ''): string => {
  const source = `hypervisor store=yes
  domain a pages=3
    receive 0x0 entries=2 frames=1
    grant g at=0x2000 to=b
  domain b pages=1
    map g at=0x68_0000_0000
    unmap g
  trusted t
${trusted
  .split('; ')
  .map((step) => `    ${step}\n`)
  .join('')}${more}`;
  try {
    readScenario(source, 'my.scenario', 'my');
    return '';
  } catch (error) {
    return (error as Error).message;
  }
};

test.each([
  ['start a; start b; start c', "11: there is no domain 'c'. Did you mean 'a'? Choices: a, b."],
  ['start a; start b; pause c', "11: there is no domain 'c'"],
  ['start a; start b; target bb pages=1', "11: there is no domain 'bb'. Did you mean 'b'?"],
  ['start a; start b; steer to=a,c', "11: there is no domain 'c'"],
  ['start a; start b; share tree with=c', "11: there is no domain 'c'"],
  ['start a; start b; snapshot s of=c pages=9', "11: there is no domain 'c'"],
  ['start a', "5: nobody starts 'b'; write 'start b' below a 'trusted' program"],
  ['start a; start b; steer to=b', "11: domain 'b' never has a packet client; write 'receive' among its steps"],
  ['start a; start b; cap b bits=9', "11: domain 'b' never has a packet client"],
  ['start a; start b; start a', "11: domain 'a' is started in line 9 already; write 'destroy' between"],
  ['start b; repeat 2;   start a', "11: domain 'a' is started in line 11 already"],
  ['start b; pause a; start a', "10: domain 'a' is not started before this; write 'start' above it"],
  ['start b; steer to=a; start a', "10: domain 'a' is not started before this"],
  ['start b; start a; destroy a; destroy a', "12: domain 'a' has ended in line 11"],
  ['start b; start a; destroy a; unpause a', "12: domain 'a' has ended in line 11"],
  [
    'start b; start a; share tree with=a; share tree with=a',
    "12: tree 'tree' with 'a' is shared in line 11 already; write 'withdraw' between",
  ],
  [
    'start b; start a; withdraw tree with=a',
    "11: tree 'tree' with 'a' is not shared before this; write 'share' above it",
  ],
  [
    'start b; start a; snapshot s of=a pages=9; snapshot s of=a pages=9',
    "12: snapshot 's' of 'a' is taken in line 11 already; give it another name",
  ],
  ['start b; start a; shows s of=a at=0 bytes=8 pattern=1', "11: snapshot 's' of 'a' is not taken before this"],
])('%s', (steps, message) => {
  expect(told(steps)).toContain(`my.scenario:${message}`);
});

test.each([
  ['  trusted u\n    start a\n', "12: domain 'a' is started in line 9 already, by 't'; take one of them away"],
  ['expect has c pages=1\n', "11: there is no domain 'c'"],
  ['expect not took c frames=1\n', "11: there is no domain 'c'"],
  ['  domain c pages=1\n    unmap g\n  trusted u\n    start c\n', "12: 'g' is not mapped before this"],
  ['  domain c pages=1\n    map gg at=0x68_0000_0000\n  trusted u\n    start c\n', "12: there is no grant 'gg'"],
  ['  domain c pages=1\n    end g\n  trusted u\n    start c\n', "12: 'g' is not granted before this"],
  [
    '  domain c pages=1\n    grant g at=0x0 to=a\n  trusted u\n    start c\n',
    "12: 'g' is granted in line 4 already, by 'a'",
  ],
  ['  domain c pages=1\n    grant h at=0x0 to=d\n  trusted u\n    start c\n', "12: there is no domain 'd'"],
])('beside it: %s', (more, message) => {
  expect(told('start a; start b', more)).toContain(`my.scenario:${message}`);
});

test.each([
  'start a; start b; destroy a; start a; destroy a',
  'start b; repeat 3;   start a;   after a;   destroy a',
  'start a; start b; share tree with=a; withdraw tree with=a; share tree with=a; destroy a',
  'start a; start b; share tree with=a; snapshot s of=a pages=9; destroy a; start a; share tree with=a; snapshot s of=a pages=9',
])('is right: %s', (steps) => {
  expect(told(steps)).toBe('');
});

test('what another program may have done meanwhile is left to the run', () => {
  expect(told('start a; start b; start a', '  trusted u\n    destroy a\n')).toBe('');
  expect(told('start b; destroy a', '  trusted u\n    start a\n')).toBe('');
});

test('a machine without room for the hypervisor, and a step that needs the store, are told with their lines', () => {
  const read = (source: string) => () => readScenario(source, 'my.scenario', 'my');
  const [start, end] = [
    'hypervisor\n  domain a pages=1\n    sleep 1\n  trusted t\n    start a\n',
    '    share x with=a\n',
  ];
  expect(read(`outside memoryBytes=64K\n${start}`)).toThrow(
    /my.scenario:1: memories of 16 frames are too small: the hypervisor needs \d+, .*; write memoryBytes=\d+K or more/,
  );
  const small = 'outside memoryBytes=1M\n';
  expect(read(`${small}${start.replace('hypervisor', 'hypervisor pages=200')}`)).toThrow(
    /my.scenario:2: domain 0 needs 217 frames with its tables, and there are \d+ for it; write fewer pages=, or 'outside memoryBytes=' with more than 1024K/,
  );
  expect(read(`${small}${start.replace('a pages=1', 'a pages=100')}`)).toThrow(
    /my.scenario:3: domain 'a' needs 117 frames with its tables, and there are \d+ for it/,
  );
  expect(read(`${start}${end}`)).toThrow("my.scenario:6: this needs a store; write 'hypervisor store=yes'");
  expect(read(`${start}    target a pages=1 by=store\n`)).toThrow('my.scenario:6: this needs a store');
});
