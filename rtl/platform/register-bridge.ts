/** From AXI4 to the registers of the blocks. To the cycle: `docs/systems/platform.md`, "The register bridge". */
import {
  all,
  any,
  type Bits,
  bit,
  bits,
  concat,
  enumeration,
  type Inside,
  input,
  type ModuleBody,
  module,
  mux,
  type OutputPort,
  output,
  record,
  select,
} from '../hdl/index.ts';
import { axi4, axiLite } from '../parts/axi/bundles.ts';
import { register } from '../parts/rings.ts';
import {
  blockParameters,
  bridgeAddressWidth,
  bridgeWindow,
  type PlatformParameters,
  responses,
  windowsOf,
} from './interface.ts';

/** Bits of an address in a window. */
const windowAddressWidth = 12;
const windowNumberWidth = bridgeAddressWidth - windowAddressWidth;
const windowPlaces = 2 ** windowNumberWidth;

const phases = enumeration('IDLE', 'ASKING', 'WAITING', 'ANSWERING', 'DROPPING');

const windowPort = axiLite({ addressWidth: windowAddressWidth });

/** The ports of the bridge, in the specified order. */
const bridgePorts = (p: PlatformParameters) => {
  const { dataWidth, idWidth } = blockParameters(p).controller;
  return {
    s_axi: input(
      axi4({ addressWidth: bridgeAddressWidth, dataWidth: dataWidth as 64 | 128, idWidth: idWidth as number }),
    ),
    // Their names are of the parameters, which the type cannot follow: `windowsIn` reads them.
    ...(Object.fromEntries(windowsOf(p).map((window) => [bridgeWindow(window), output(windowPort)])) as object),
    unavailable: input(bits(windowPlaces)),
  };
};
type Sides = Inside<ReturnType<typeof bridgePorts>>;
type WindowSide = Inside<{ readonly window: OutputPort<typeof windowPort> }>['window'];

const windowsIn = (p: PlatformParameters, io: Sides): readonly (readonly [number, WindowSide])[] =>
  windowsOf(p).map((window) => [window, Reflect.get(io, bridgeWindow(window)) as WindowSide] as const);

/** The holding register of an address channel, of which only what the bridge needs is kept. */
const heldRequest = (m: ModuleBody, { s_axi }: Sides, channel: 'aw' | 'ar') => {
  const id = s_axi[`${channel}id`];
  const request = record({
    id: bits<number>(id.width),
    address: bits(bridgeAddressWidth),
    len: bits(8),
    size: bits(3),
  });
  const full = register(m, `${channel}_full`, bit);
  const held = register(m, `${channel}_held`, request);
  s_axi[`${channel}ready`].set(full.not());
  m.when(full.not().and(s_axi[`${channel}valid`]), () => {
    full.set(1);
    held.set({
      id,
      address: s_axi[`${channel}addr`],
      len: s_axi[`${channel}len`],
      size: s_axi[`${channel}size`],
    } as never);
  });
  return { full, held };
};

export const registerBridge = (p: PlatformParameters) =>
  module(
    'register_bridge',
    bridgePorts(p),
    (io, m) => {
      const { s_axi } = io;
      const dataWidth = s_axi.wdata.width;
      const lanes = dataWidth / 32;
      const windows = windowsIn(p, io);
      const aw = heldRequest(m, io, 'aw');
      const ar = heldRequest(m, io, 'ar');
      const r = m.regs({
        w_full: { type: bit, reset: 0 },
        w_data: { type: bits<number>(dataWidth), reset: 0 },
        w_strobes: { type: bits<number>(dataWidth / 8), reset: 0 },
        w_last: { type: bit, reset: 0 },
        phase: { type: phases, reset: phases.IDLE },
        write: { type: bit, reset: 0 },
        id: { type: bits<number>(s_axi.awid.width), reset: 0 },
        left: { type: bits(8), reset: 0 },
        window: { type: bits(windowNumberWidth), reset: 0 },
        address: { type: bits(windowAddressWidth), reset: 0 },
        data: { type: bits(32), reset: 0 },
        strobes: { type: bits(4), reset: 0 },
        took_address: { type: bit, reset: 0 },
        took_data: { type: bit, reset: 0 },
        answer_data: { type: bits(32), reset: 0 },
        answer_response: { type: bits(2), reset: 0 },
        last_kind: { type: bit, reset: 1 },
      });
      const at = (phase: typeof phases.IDLE): Bits<1> => r.phase.eq(phase);
      const { asking, waiting, answering } = m.named({
        asking: at(phases.ASKING),
        waiting: at(phases.WAITING),
        answering: at(phases.ANSWERING),
      });

      // The data of a write.
      s_axi.wready.set(r.w_full.not());
      m.when(r.w_full.not().and(s_axi.wvalid), () => {
        r.w_full.set(1);
        r.w_data.set(s_axi.wdata);
        r.w_strobes.set(s_axi.wstrb);
        r.w_last.set(s_axi.wlast);
      });

      // What begins.
      const { may_read, may_write } = m.named({ may_read: ar.full, may_write: aw.full.and(r.w_full) });
      const { begins, begins_write } = m.named({
        begins: at(phases.IDLE).and(may_read.or(may_write)),
        begins_write: may_write.and(may_read.and(r.last_kind).not()),
      });
      const request = m.named({
        begun_id: mux(begins_write, aw.held.id, ar.held.id),
        begun_address: mux(begins_write, aw.held.address, ar.held.address),
        begun_len: mux(begins_write, aw.held.len, ar.held.len),
        begun_size: mux(begins_write, aw.held.size, ar.held.size),
      });
      const begun = {
        window: request.begun_address.slice(bridgeAddressWidth - 1, windowAddressWidth),
        address: request.begun_address.slice(windowAddressWidth - 1, 0),
        lane: request.begun_address.slice<number, number>(Math.log2(lanes) + 1, 2),
      };
      const exists = any(windows.map(([number]) => begun.window.eq(number)));
      const { wanted } = m.named({
        wanted: all([
          request.begun_len.isZero(),
          request.begun_size.le(2),
          exists,
          io.unavailable.at(begun.window).not(),
        ]),
      });
      const ofLane = (value: Bits, width: number): Bits =>
        select(
          begun.lane,
          Array.from({ length: lanes }, (_, lane) =>
            value.slice<number, number>(width * lane + width - 1, width * lane),
          ),
        );
      const refuses = (left: Bits): void => {
        r.answer_data.set(0);
        r.answer_response.set(responses.subordinate_error);
        r.left.set(left as Bits<8>);
      };
      m.when(begins, () => {
        r.last_kind.set(begins_write);
        r.write.set(begins_write);
        r.id.set(request.begun_id);
        m.when(begins_write, () => aw.full.set(0)).otherwise(() => ar.full.set(0));
        r.window.set(begun.window);
        r.address.set(begun.address);
        r.data.set(ofLane(r.w_data, 32) as Bits<32>);
        r.strobes.set(ofLane(r.w_strobes, 4) as Bits<4>);
        r.took_address.set(0);
        r.took_data.set(0);
        m.when(wanted, () => {
          r.phase.set(phases.ASKING);
          m.when(begins_write, () => r.w_full.set(0));
        }).otherwise(() => {
          refuses(mux(begins_write, 0, request.begun_len));
          m.when(begins_write, () => r.phase.set(phases.DROPPING)).otherwise(() => r.phase.set(phases.ANSWERING));
        });
      });

      // The windows.
      const chosen = (number: number): Bits<1> => r.window.eq(number);
      const asks = m.named({
        asks_read: all([asking, r.write.not()]),
        asks_address: all([asking, r.write, r.took_address.not()]),
        asks_data: all([asking, r.write, r.took_data.not()]),
        awaits_read: all([waiting, r.write.not()]),
        awaits_write: all([waiting, r.write]),
      });
      for (const [number, window] of windows) {
        const only = (condition: Bits<1>): Bits<1> => condition.and(chosen(number));
        window.awaddr.set(r.address);
        window.awprot.set(0);
        window.awvalid.set(only(asks.asks_address));
        window.wdata.set(r.data);
        window.wstrb.set(r.strobes);
        window.wvalid.set(only(asks.asks_data));
        window.bready.set(only(asks.awaits_write));
        window.araddr.set(r.address);
        window.arprot.set(0);
        window.arvalid.set(only(asks.asks_read));
        window.rready.set(only(asks.awaits_read));
      }
      const anyOf = (of: (window: WindowSide) => Bits<1>): Bits<1> =>
        any(windows.map(([number, window]) => chosen(number).and(of(window))));
      const taken = m.named({
        read_taken: all([asks.asks_read, anyOf((window) => window.arready)]),
        address_taken: all([asks.asks_address, anyOf((window) => window.awready)]),
        data_taken: all([asks.asks_data, anyOf((window) => window.wready)]),
        answered: all([waiting, anyOf((window) => mux(r.write, window.bvalid, window.rvalid))]),
      });
      const fromWindow = (of: (window: WindowSide) => Bits): Bits =>
        windows
          .map(([number, window]): Bits => {
            const value = of(window);
            return value.and(chosen(number).repeat<number>(value.width));
          })
          .reduce((left, right) => left.or(right));
      m.when(asking, () => {
        const [address, data] = [r.took_address.or(taken.address_taken), r.took_data.or(taken.data_taken)];
        r.took_address.set(address);
        r.took_data.set(data);
        m.when(mux(r.write, address.and(data), taken.read_taken), () => r.phase.set(phases.WAITING));
      });
      m.when(taken.answered, () => {
        r.answer_data.set(mux(r.write, 0, fromWindow((window) => window.rdata) as Bits<32>));
        r.answer_response.set(
          mux(
            r.write,
            fromWindow((window) => window.bresp),
            fromWindow((window) => window.rresp),
          ) as Bits<2>,
        );
        r.left.set(0);
        r.phase.set(phases.ANSWERING);
      });
      m.when(all([asking.or(waiting), io.unavailable.at(r.window)]), () => {
        r.answer_data.set(0);
        r.answer_response.set(responses.subordinate_error);
        r.left.set(0);
        r.phase.set(phases.ANSWERING);
      });

      // Data that nobody wants, and answers.
      m.when(at(phases.DROPPING).and(r.w_full), () => {
        r.w_full.set(0);
        m.when(r.w_last, () => r.phase.set(phases.ANSWERING));
      });
      s_axi.bvalid.set(answering.and(r.write));
      s_axi.bid.set(r.id);
      s_axi.bresp.set(r.answer_response);
      s_axi.rvalid.set(answering.and(r.write.not()));
      s_axi.rid.set(r.id);
      s_axi.rdata.set(concat(...Array.from({ length: lanes }, (): Bits => r.answer_data)) as never);
      s_axi.rresp.set(r.answer_response);
      s_axi.rlast.set(r.left.isZero());
      m.when(answering.and(mux(r.write, s_axi.bready, s_axi.rready)), () => {
        m.when(r.left.isZero(), () => r.phase.set(phases.IDLE)).otherwise(() => r.left.set(r.left.subtract(1)));
      });
    },
    { documentation: 'From AXI4 to the registers of the blocks.', parameters: { ...p } },
  );
