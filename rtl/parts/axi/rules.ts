/**
 * The rules of AXI4 and AXI4-Lite that can be seen on the signals, as data: sections of the AMBA AXI and ACE protocol specification (Arm IHI 0022,
 * issue E). The properties in hardware and the checker in TypeScript are written from this list, each on its own.
 */

/** The sections that the rules name, by their titles in issue E. */
export const axiSections = {
  'A3.1.2': 'Reset',
  'A3.2.1': 'Handshake process',
  'A3.2.2': 'Channel signaling requirements',
  'A3.3.1': 'Dependencies between channel handshake signals',
  'A3.4.1': 'Address structure',
  'A3.4.3': 'Data read and write structure',
  'A3.4.4': 'Read and write response structure',
  'A4.4': 'Memory types',
  'A7.2.1': 'Exclusive access process',
  'A7.2.2': 'Exclusive access from the perspective of the master',
  'A7.2.4': 'Exclusive access restrictions',
  'B1.1.1': 'Signal list',
} as const;
type Section = keyof typeof axiSections;

export interface AxiRule {
  readonly name: string;
  readonly section: Section | 'limit of the checker';
  /** Who keeps it. */
  readonly keeper: 'manager' | 'subordinate';
  /**
   * `recommendation`: traffic may break it, as Arm's own assertions see it, so it has an output but is neither asserted nor assumed.
   * `limit`: not a rule of the specification, but what a checker can follow.
   */
  readonly kind: 'rule' | 'recommendation' | 'limit';
  readonly rule: string;
}

type Keeper = AxiRule['keeper'];

const rule = <const Name extends string>(name: Name, section: Section, keeper: Keeper, text: string) =>
  ({ name, section, keeper, kind: 'rule', rule: text }) as const;
const recommendation = <const Name extends string>(name: Name, section: Section, keeper: Keeper, text: string) =>
  ({ name, section, keeper, kind: 'recommendation', rule: text }) as const;
const limit = <const Name extends string>(name: Name, text: string) =>
  ({ name, section: 'limit of the checker', keeper: 'manager', kind: 'limit', rule: text }) as const;

const handshake = <const C extends 'aw' | 'w' | 'b' | 'ar' | 'r'>(channel: C, keeper: Keeper) => {
  const upper = channel.toUpperCase();
  return [
    rule(
      `${channel}_reset`,
      'A3.1.2',
      keeper,
      `${upper}VALID is low during reset, from its second cycle on, and in the first cycle after it.`,
    ),
    rule(`${channel}_valid_stays`, 'A3.2.1', keeper, `${upper}VALID, once high, stays high until ${upper}READY.`),
    rule(
      `${channel}_payload_stays`,
      'A3.2.1',
      keeper,
      `While ${upper}VALID waits for ${upper}READY, the channel's other signals do not change.`,
    ),
  ] as const;
};

const address = <const C extends 'aw' | 'ar'>(channel: C) => {
  const ax = channel.toUpperCase();
  return [
    rule(`${channel}_burst`, 'A3.4.1', 'manager', `${ax}BURST is not the reserved value 3.`),
    rule(`${channel}_size`, 'A3.4.1', 'manager', `${ax}SIZE is no more than the bus is wide.`),
    rule(`${channel}_fixed_length`, 'A3.4.1', 'manager', 'A FIXED burst has at most 16 beats.'),
    rule(`${channel}_wrap_length`, 'A3.4.1', 'manager', 'A WRAP burst has 2, 4, 8 or 16 beats.'),
    rule(
      `${channel}_wrap_aligned`,
      'A3.4.1',
      'manager',
      'The address of a WRAP burst is aligned to the size of a beat.',
    ),
    rule(`${channel}_boundary`, 'A3.4.1', 'manager', 'No INCR burst crosses a 4 KB boundary.'),
    rule(
      `${channel}_cache`,
      'A4.4',
      'manager',
      `${ax}CACHE allocates only where it is modifiable: bits 3 and 2 are 0 when bit 1 is.`,
    ),
    rule(
      `${channel}_exclusive_bytes`,
      'A7.2.4',
      'manager',
      'An exclusive access has a power of two of bytes, at most 128.',
    ),
    rule(`${channel}_exclusive_beats`, 'A7.2.4', 'manager', 'An exclusive access has at most 16 beats.'),
    rule(
      `${channel}_exclusive_aligned`,
      'A7.2.4',
      'manager',
      'The address of an exclusive access is aligned to its number of bytes.',
    ),
  ] as const;
};

export const axi4Rules = [
  ...handshake('aw', 'manager'),
  ...address('aw'),
  recommendation(
    'aw_exclusive_order',
    'A7.2.2',
    'manager',
    'An exclusive write is offered when no exclusive read with its AWID is incomplete.',
  ),
  recommendation(
    'aw_exclusive_pair',
    'A7.2.1',
    'manager',
    'An exclusive write follows an exclusive read with its AWID, one for each.',
  ),
  recommendation(
    'aw_exclusive_match',
    'A7.2.4',
    'manager',
    'An exclusive write has the address, length, size, burst, AxCACHE, AxPROT and AxREGION of the last exclusive read with its AWID.',
  ),
  ...handshake('w', 'manager'),
  rule('w_last_early', 'A3.2.2', 'manager', 'WLAST is low before the last beat of a burst, which AWLEN tells.'),
  rule('w_last_missing', 'A3.2.2', 'manager', 'WLAST is high at the last beat of a burst.'),
  rule(
    'w_strobes',
    'A3.4.3',
    'manager',
    'WSTRB is low in byte lanes outside the transfer, narrow or unaligned as it is.',
  ),
  ...handshake('b', 'subordinate'),
  rule(
    'b_identifier',
    'A3.3.1',
    'subordinate',
    'BID is that of a write whose address was taken and that has no response.',
  ),
  rule(
    'b_after_data',
    'A3.3.1',
    'subordinate',
    'BVALID waits until the last write data of the oldest such write were taken.',
  ),
  rule('b_exclusive', 'A3.4.4', 'subordinate', 'BRESP is EXOKAY only for an exclusive write.'),
  ...handshake('ar', 'manager'),
  ...address('ar'),
  ...handshake('r', 'subordinate'),
  rule(
    'r_identifier',
    'A3.3.1',
    'subordinate',
    'RID is that of a read whose address was taken and that is not complete.',
  ),
  rule(
    'r_last_early',
    'A3.2.2',
    'subordinate',
    'RLAST is low before the last beat of the oldest read with this RID, which ARLEN tells.',
  ),
  rule('r_last_missing', 'A3.2.2', 'subordinate', 'RLAST is high at the last beat of the oldest read with this RID.'),
  rule('r_exclusive', 'A3.4.4', 'subordinate', 'RRESP is EXOKAY only for an exclusive read.'),
  limit('capacity_writes', 'No more than `maxOutstanding` writes are without a response.'),
  limit('capacity_reads', 'No more than `maxOutstanding` reads are incomplete.'),
  limit('capacity_data', 'No more than `dataAhead` beats of write data are taken before AWVALID of their burst.'),
] as const satisfies readonly AxiRule[];

export const axiLiteRules = [
  ...handshake('aw', 'manager'),
  ...handshake('w', 'manager'),
  ...handshake('b', 'subordinate'),
  rule('b_after_address', 'A3.3.1', 'subordinate', 'BVALID follows an address that was taken, one for each.'),
  rule('b_after_data', 'A3.3.1', 'subordinate', 'BVALID follows write data that were taken, one for each.'),
  rule('b_exclusive', 'B1.1.1', 'subordinate', 'BRESP is not EXOKAY.'),
  ...handshake('ar', 'manager'),
  ...handshake('r', 'subordinate'),
  rule('r_after_address', 'A3.3.1', 'subordinate', 'RVALID follows an address that was taken, one for each.'),
  rule('r_exclusive', 'B1.1.1', 'subordinate', 'RRESP is not EXOKAY.'),
  limit('capacity_writes', 'No more than `maxOutstanding` write addresses are without a response.'),
  limit('capacity_data', 'No more than `maxOutstanding` words of write data are without a response.'),
  limit('capacity_reads', 'No more than `maxOutstanding` reads are without a response.'),
] as const satisfies readonly AxiRule[];

export type Axi4RuleName = (typeof axi4Rules)[number]['name'];
export type AxiLiteRuleName = (typeof axiLiteRules)[number]['name'];

/** A rule in one line, for messages: `r_last_early (A3.2.2): RLAST is low ...`. */
export const ruleText = ({ name, section, rule: text }: AxiRule): string => `${name} (${section}): ${text}`;
