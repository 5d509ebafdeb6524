import { all, bit, input, module, mux, output, type Shape, stream } from '../hdl/index.ts';

/**
 * Takes beats of responses from a port: the held beat, the candidate of the cycle, and whether the device changed what it had to keep
 * (`changed`; Arm IHI 0022, A3.2.1). A candidate with `keep` is held for the next cycle.
 */
export const responseIntake = <S extends Shape>(p: { readonly type: S; readonly name: string }) =>
  module(
    `${p.name}_intake`,
    intakePorts(p.type),
    (io, m) => {
      const r = m.regs({
        full: { type: bit, reset: 0 },
        held: { type: p.type, reset: 'none' },
        waited: { type: bit, reset: 0 },
        before: { type: p.type, reset: 'none' },
      });
      const { valid, data } = io.channel;
      io.channel.ready.set(r.full.not());
      io.held.set(r.full);
      io.arrives.set(valid.and(r.full.not()));
      io.valid.set(r.full.or(valid));
      io.data.set(mux<typeof data>(r.full, r.held as never, data));
      m.when(r.full.not(), () => (r.held as { set(value: typeof data): void }).set(data));
      r.full.set(all([r.full.or(valid), io.keep, io.clear.not()]));
      r.waited.set(all([valid, r.full, io.isolated.not()]));
      m.when(r.waited.not(), () => (r.before as { set(value: typeof data): void }).set(data));
      const same = (r.before as typeof data).eq(data as never);
      io.changed.set(r.waited.and(all([valid, same]).not()));
    },
    { documentation: 'Takes responses from a port.' },
  );

const intakePorts = <S extends Shape>(type: S) => ({
  channel: input(stream(type)),
  isolated: input(bit),
  clear: input(bit),
  keep: input(bit),
  valid: output(bit),
  data: output(type),
  held: output(bit),
  /** The candidate comes from the channel, in the cycle of its handshake. */
  arrives: output(bit),
  changed: output(bit),
});
