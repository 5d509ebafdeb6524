/**
 * AXI signals as bundles, by the standard names, seen from the manager (the source of requests): Arm IHI 0022 (AXI4,
 * AXI4-Lite), IHI 0051 (AXI4-Stream). As a port's shape under the key `m_axi`, `output(axi4(..))` gives `m_axi_awaddr`
 * and so on; a subordinate declares `input(axi4(..))`.
 */
import {
  type BitsShape,
  type Bundle,
  type BundleFields,
  bit,
  bits,
  bundle,
  type Flipped,
  flip,
  type RecordFields,
  type RecordShape,
  record,
} from '../../hdl/index.ts';
import { checkParameters, type ParameterValues, parameters } from '../parameters.ts';

const dataWidths = [8, 16, 32, 64, 128, 256, 512, 1024] as const;

export const axiStreamParameters = parameters({
  dataWidth: { kind: 'integer', minimum: 8, maximum: 4096, multipleOf: 8, description: 'Bits of tdata.' },
  idWidth: { kind: 'integer', minimum: 0, maximum: 32, default: 0, description: 'Bits of tid; 0: no tid.' },
  destWidth: { kind: 'integer', minimum: 0, maximum: 32, default: 0, description: 'Bits of tdest; 0: no tdest.' },
  userWidth: { kind: 'integer', minimum: 0, maximum: 4096, default: 0, description: 'Bits of tuser; 0: no tuser.' },
  keep: { kind: 'flag', default: false, description: 'Whether there is tkeep.' },
  strobe: { kind: 'flag', default: false, description: 'Whether there is tstrb.' },
  last: { kind: 'flag', default: true, description: 'Whether there is tlast.' },
});

export const axiLiteParameters = parameters({
  addressWidth: { kind: 'integer', minimum: 1, maximum: 64, description: 'Bits of an address.' },
  dataWidth: { kind: 'choice', choices: [32, 64], default: 32, description: 'Bits of data.' },
});

export const axi4Parameters = parameters({
  addressWidth: { kind: 'integer', minimum: 1, maximum: 64, description: 'Bits of an address.' },
  dataWidth: { kind: 'choice', choices: dataWidths, description: 'Bits of data.' },
  idWidth: { kind: 'integer', minimum: 1, maximum: 32, description: 'Bits of an identifier.' },
  userWidth: {
    kind: 'integer',
    minimum: 0,
    maximum: 512,
    default: 0,
    description: 'Bits of each user signal; 0: none.',
  },
});

type Given<P, Name extends PropertyKey> = Name extends keyof P ? P[Name] : undefined;

/** A width that the compiler does not know as one number is `number`. */
type IsUnion<T, Whole = T> = T extends unknown ? ([Whole] extends [T] ? false : true) : never;
type Single<W> = W extends number ? (true extends IsUnion<W> ? number : W) : never;
type WidthOf<P, Name extends PropertyKey> = Single<Given<P, Name>>;

/** Signals that are there where a width above 0 was given. */
type Wide<P, Name extends PropertyKey, Signals extends string> = [Given<P, Name>] extends [number]
  ? [Given<P, Name>] extends [0]
    ? unknown
    : { readonly [Signal in Signals]: BitsShape<WidthOf<P, Name>> }
  : unknown;

interface Eighths {
  readonly 8: 1;
  readonly 16: 2;
  readonly 32: 4;
  readonly 64: 8;
  readonly 128: 16;
  readonly 256: 32;
  readonly 512: 64;
  readonly 1024: 128;
}
/** Bytes in so many bits. */
type Bytes<W extends number> = W extends keyof Eighths ? Eighths[W] : number;

type Flags<Names extends string> = { readonly [Name in Names]: BitsShape<1> };
type FlippedFlags<Names extends string> = { readonly [Name in Names]: Flipped<BitsShape<1>> };
type BundleOf<F> = F extends BundleFields ? Bundle<{ readonly [Name in keyof F]: F[Name] }> : never;

export type AxiStreamOptions = ParameterValues<typeof axiStreamParameters>;
/** The data signals of an AXI stream. */
export type AxiStreamData<P> = { readonly tdata: BitsShape<WidthOf<P, 'dataWidth'>> } & (Given<P, 'strobe'> extends true
  ? { readonly tstrb: BitsShape<Bytes<WidthOf<P, 'dataWidth'>>> }
  : unknown) &
  (Given<P, 'keep'> extends true ? { readonly tkeep: BitsShape<Bytes<WidthOf<P, 'dataWidth'>>> } : unknown) &
  (Given<P, 'last'> extends false ? unknown : Flags<'tlast'>) &
  Wide<P, 'idWidth', 'tid'> &
  Wide<P, 'destWidth', 'tdest'> &
  Wide<P, 'userWidth', 'tuser'>;
export type AxiStream<P> = BundleOf<AxiStreamData<P> & Flags<'tvalid'> & FlippedFlags<'tready'>>;
type RecordOf<F> = F extends RecordFields ? RecordShape<{ readonly [Name in keyof F]: F[Name] }> : never;

// Which signals there are the compiler knows from the options, and the functions below from their values: each casts once.

const streamData = (options: AxiStreamOptions): RecordFields => {
  const p = checkParameters(axiStreamParameters, options, 'the AXI stream');
  return {
    tdata: bits(p.dataWidth),
    ...(p.strobe && { tstrb: bits(p.dataWidth / 8) }),
    ...(p.keep && { tkeep: bits(p.dataWidth / 8) }),
    ...(p.last && { tlast: bit }),
    ...(p.idWidth > 0 && { tid: bits(p.idWidth) }),
    ...(p.destWidth > 0 && { tdest: bits(p.destWidth) }),
    ...(p.userWidth > 0 && { tuser: bits(p.userWidth) }),
  };
};

/**
 * AXI4-Stream, in this order: tdata; tstrb with `strobe`; tkeep with `keep`; tlast unless `last` is false; tid, tdest,
 * tuser where they have a width; tvalid, tready.
 *
 * @throws ParameterError
 */
export const axiStream = <const P extends AxiStreamOptions>(options: P): AxiStream<P> =>
  bundle({ ...streamData(options), tvalid: bit, tready: flip(bit) }) as never;

/** What one transfer of such a stream carries, as a record. @throws ParameterError */
export const axiStreamData = <const P extends AxiStreamOptions>(options: P): RecordOf<AxiStreamData<P>> =>
  record(streamData(options)) as never;

type AddressAndData = { readonly addressWidth: number; readonly dataWidth?: number | undefined };
type DataWidth<P> = Given<P, 'dataWidth'> extends number ? WidthOf<P, 'dataWidth'> : 32;

export type AxiLiteOptions = ParameterValues<typeof axiLiteParameters>;
export type AxiLite<P extends AddressAndData> = BundleOf<
  { readonly [Name in 'awaddr' | 'araddr']: BitsShape<WidthOf<P, 'addressWidth'>> } & {
    readonly [Name in 'awprot' | 'arprot']: BitsShape<3>;
  } & { readonly wdata: BitsShape<DataWidth<P>>; readonly wstrb: BitsShape<Bytes<DataWidth<P>>> } & {
    readonly [Name in 'bresp' | 'rresp']: Flipped<BitsShape<2>>;
  } & { readonly rdata: Flipped<BitsShape<DataWidth<P>>> } & Flags<
      'awvalid' | 'wvalid' | 'bready' | 'arvalid' | 'rready'
    > &
    FlippedFlags<'awready' | 'wready' | 'bvalid' | 'arready' | 'rvalid'>
>;

/**
 * AXI4-Lite with all its signals, channel by channel: write address, write data, write response, read address, read
 * data.
 *
 * @throws ParameterError
 */
export const axiLite = <const P extends AxiLiteOptions>(options: P): AxiLite<P> => {
  const { addressWidth, dataWidth } = checkParameters(axiLiteParameters, options, 'the AXI4-Lite bundle');
  const address = (channel: 'aw' | 'ar'): BundleFields => ({
    [`${channel}addr`]: bits(addressWidth),
    [`${channel}prot`]: bits(3),
    [`${channel}valid`]: bit,
    [`${channel}ready`]: flip(bit),
  });
  return bundle({
    ...address('aw'),
    wdata: bits(dataWidth),
    wstrb: bits(dataWidth / 8),
    wvalid: bit,
    wready: flip(bit),
    bresp: flip(bits(2)),
    bvalid: flip(bit),
    bready: bit,
    ...address('ar'),
    rdata: flip(bits(dataWidth)),
    rresp: flip(bits(2)),
    rvalid: flip(bit),
    rready: bit,
  }) as never;
};

type BothAddresses<Field extends string> = `aw${Field}` | `ar${Field}`;
type WideFlipped<P, Signals extends string> = [Given<P, 'userWidth'>] extends [number]
  ? [Given<P, 'userWidth'>] extends [0]
    ? unknown
    : { readonly [Signal in Signals]: Flipped<BitsShape<WidthOf<P, 'userWidth'>>> }
  : unknown;

export type Axi4Options = ParameterValues<typeof axi4Parameters>;
export type Axi4<P extends AddressAndData> = BundleOf<
  { readonly [Name in BothAddresses<'id'>]: BitsShape<WidthOf<P, 'idWidth'>> } & {
    readonly [Name in BothAddresses<'addr'>]: BitsShape<WidthOf<P, 'addressWidth'>>;
  } & { readonly [Name in BothAddresses<'len'>]: BitsShape<8> } & {
    readonly [Name in BothAddresses<'size' | 'prot'>]: BitsShape<3>;
  } & { readonly [Name in BothAddresses<'burst'>]: BitsShape<2> } & {
    readonly [Name in BothAddresses<'cache' | 'qos' | 'region'>]: BitsShape<4>;
  } & Flags<BothAddresses<'lock' | 'valid'> | 'wlast' | 'wvalid' | 'bready' | 'rready'> &
    FlippedFlags<BothAddresses<'ready'> | 'wready' | 'bvalid' | 'rvalid' | 'rlast'> & {
      readonly wdata: BitsShape<DataWidth<P>>;
      readonly wstrb: BitsShape<Bytes<DataWidth<P>>>;
      readonly rdata: Flipped<BitsShape<DataWidth<P>>>;
    } & { readonly [Name in 'bid' | 'rid']: Flipped<BitsShape<WidthOf<P, 'idWidth'>>> } & {
      readonly [Name in 'bresp' | 'rresp']: Flipped<BitsShape<2>>;
    } & Wide<P, 'userWidth', BothAddresses<'user'> | 'wuser'> &
    WideFlipped<P, 'buser' | 'ruser'>
>;

/**
 * AXI4 with all its signals, channel by channel: write address, write data, write response, read address, read data.
 * User signals are there where they have a width, all of the same.
 *
 * @throws ParameterError
 */
export const axi4 = <const P extends Axi4Options>(options: P): Axi4<P> => {
  const { addressWidth, dataWidth, idWidth, userWidth } = checkParameters(axi4Parameters, options, 'the AXI4 bundle');
  const user = (channel: string, back = false): BundleFields =>
    userWidth === 0 ? {} : { [`${channel}user`]: back ? flip(bits(userWidth)) : bits(userWidth) };
  const address = (channel: 'aw' | 'ar'): BundleFields => ({
    [`${channel}id`]: bits(idWidth),
    [`${channel}addr`]: bits(addressWidth),
    [`${channel}len`]: bits(8),
    [`${channel}size`]: bits(3),
    [`${channel}burst`]: bits(2),
    [`${channel}lock`]: bit,
    [`${channel}cache`]: bits(4),
    [`${channel}prot`]: bits(3),
    [`${channel}qos`]: bits(4),
    [`${channel}region`]: bits(4),
    ...user(channel),
    [`${channel}valid`]: bit,
    [`${channel}ready`]: flip(bit),
  });
  return bundle({
    ...address('aw'),
    wdata: bits(dataWidth),
    wstrb: bits(dataWidth / 8),
    wlast: bit,
    ...user('w'),
    wvalid: bit,
    wready: flip(bit),
    bid: flip(bits(idWidth)),
    bresp: flip(bits(2)),
    ...user('b', true),
    bvalid: flip(bit),
    bready: bit,
    ...address('ar'),
    rid: flip(bits(idWidth)),
    rdata: flip(bits(dataWidth)),
    rresp: flip(bits(2)),
    rlast: flip(bit),
    ...user('r', true),
    rvalid: flip(bit),
    rready: bit,
  }) as never;
};
