import { expect, test } from 'vitest';
import {
  bits,
  bundle,
  elaborate,
  enumeration,
  type ModuleBody,
  module,
  output,
  type Ports,
  record,
  stream,
  vector,
} from './index.ts';

test('0 for an enumeration is a state of it, as a reset or a default, of whatever holds it', () => {
  const phase = enumeration({ IDLE: 1, BUSY: 2 }, 2);
  const held = record({ count: bits(4), phase });
  const inBody = (body: (m: ModuleBody) => void) => elaborate(module('phases', {}, (_, m) => body(m)));
  const port = (y: Ports[string]) => elaborate(module('phases', { y }, () => undefined));
  const states = 'is 0, which is the code of no state; the states are IDLE (1), BUSY (2)';
  const of = (what: string) => `${what} ${states}`;
  expect(() => inBody((m) => m.regs({ r: { type: phase, reset: 0 } }))).toThrow(of('the reset value of r'));
  expect(() => inBody((m) => m.regs({ r: { type: held, reset: 0 } }))).toThrow(of('the reset value of r_phase'));
  expect(() => inBody((m) => m.wires({ w: { type: phase, default: 0 } }))).toThrow(of('the default of w'));
  expect(() => inBody((m) => m.wires({ w: { type: vector(held, 2), default: 0 } }))).toThrow(
    of('the default of w_0_phase'),
  );
  expect(() => inBody((m) => m.wires({ w: { type: stream(held), default: 0 } }))).toThrow(of('the default of w_phase'));
  expect(() => port(output.reg(phase, { reset: 0 }))).toThrow(of('the reset value of y'));
  expect(() => port(output.reg(stream(held), { reset: 0 }))).toThrow(of('the reset value of y_phase'));
  expect(() => port(output(phase, { default: 0 }))).toThrow(of('the default of y'));
  expect(() => port(output(bundle({ held }), { default: 0 }))).toThrow(of('the default of y_held_phase'));
  elaborate(module('phases', { y: output.reg(enumeration('A', 'B'), { reset: 0 }) }, (io) => io.y.set(io.y)));
});
