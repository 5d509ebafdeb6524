/**
 * The assertions that Arm publishes for AXI4 and AXI4-Lite (Arm DUI 0534; most of them also in AMD's PG101, where `AXI4_` is `AXI_`), and what ours is to
 * each: the names of rules, or why there is none. For the page of the rules, and held to the rules by its test.
 */
import type { Axi4RuleName, AxiLiteRuleName } from './rules.ts';

export interface PublishedAssertion {
  /** Without `AXI4_`, `AXI4LITE_`. */
  readonly names: readonly string[];
  readonly rules: readonly (Axi4RuleName | AxiLiteRuleName)[];
  /** What differs, or why there is no rule. */
  readonly note?: string;
}

const stable = (prefix: string, signals: string): readonly string[] =>
  signals.split(' ').map((signal) => `${prefix}_${signal}_STABLE`);

const addressChannel = (channel: 'AW' | 'AR'): readonly PublishedAssertion[] => {
  const ours = channel === 'AW' ? 'aw' : 'ar';
  const one = (name: string, ...rules: readonly Axi4RuleName[]): PublishedAssertion => ({
    names: [`ERRM_${channel}${name}`],
    rules,
  });
  return [
    one('ADDR_BOUNDARY', `${ours}_boundary`),
    one('ADDR_WRAP_ALIGN', `${ours}_wrap_aligned`),
    one('BURST', `${ours}_burst`),
    one('LEN_LOCK', `${ours}_exclusive_beats`),
    one('CACHE', `${ours}_cache`),
    one('LEN_FIXED', `${ours}_fixed_length`),
    one('LEN_WRAP', `${ours}_wrap_length`),
    one('SIZE', `${ours}_size`),
    one('VALID_RESET', `${ours}_reset`),
    one('VALID_STABLE', `${ours}_valid_stays`),
    {
      names: stable(
        'ERRM',
        'ADDR BURST CACHE ID LEN LOCK PROT SIZE QOS REGION'
          .split(' ')
          .map((signal) => channel + signal)
          .join(' '),
      ),
      rules: [`${ours}_payload_stays`],
    },
  ];
};

const time = 'a recommendation about time';
const twoStates = 'no signal is unknown in two states; see X in your simulator';

export const publishedAssertions: readonly PublishedAssertion[] = [
  ...addressChannel('AW'),
  { names: ['ERRM_WDATA_NUM'], rules: ['w_last_early', 'w_last_missing'] },
  { names: ['ERRM_WSTRB'], rules: ['w_strobes'] },
  { names: ['ERRM_WVALID_RESET'], rules: ['w_reset'] },
  { names: ['ERRM_WVALID_STABLE'], rules: ['w_valid_stays'] },
  { names: stable('ERRM', 'WDATA WLAST WSTRB'), rules: ['w_payload_stays'] },
  { names: ['ERRS_BRESP_AW'], rules: ['b_identifier'] },
  { names: ['ERRS_BRESP_WLAST'], rules: ['b_after_data'] },
  { names: ['ERRS_BRESP_EXOKAY'], rules: ['b_exclusive'] },
  { names: ['ERRS_BVALID_RESET'], rules: ['b_reset'] },
  { names: ['ERRS_BVALID_STABLE'], rules: ['b_valid_stays'] },
  { names: stable('ERRS', 'BID BRESP'), rules: ['b_payload_stays'] },
  ...addressChannel('AR'),
  { names: ['ERRS_RDATA_NUM'], rules: ['r_last_early', 'r_last_missing'] },
  { names: ['ERRS_RID'], rules: ['r_identifier'] },
  { names: ['ERRS_RRESP_EXOKAY'], rules: ['r_exclusive'] },
  { names: ['ERRS_RVALID_RESET'], rules: ['r_reset'] },
  { names: ['ERRS_RVALID_STABLE'], rules: ['r_valid_stays'] },
  { names: stable('ERRS', 'RDATA RID RLAST RRESP'), rules: ['r_payload_stays'] },
  { names: ['ERRM_EXCL_ALIGN'], rules: ['aw_exclusive_aligned', 'ar_exclusive_aligned'] },
  { names: ['ERRM_EXCL_LEN', 'ERRM_EXCL_MAX'], rules: ['aw_exclusive_bytes', 'ar_exclusive_bytes'] },
  {
    names: ['RECM_EXCL_MATCH'],
    rules: ['aw_exclusive_match'],
    note: 'ours looks at burst, AxCACHE, AxPROT and AxREGION too, not only at address, length and size',
  },
  { names: ['RECM_EXCL_PAIR'], rules: ['aw_exclusive_pair'] },
  { names: ['RECM_EXCL_R_W'], rules: ['aw_exclusive_order'] },
  {
    names: stable('ERRM', 'AWUSER WUSER ARUSER').concat(stable('ERRS', 'BUSER RUSER')),
    rules: [],
    note: 'user signals are not looked at',
  },
  {
    names: ['RECS_AWREADY_MAX_WAIT', 'RECS_WREADY_MAX_WAIT', 'RECS_ARREADY_MAX_WAIT'].concat([
      'RECM_BREADY_MAX_WAIT',
      'RECM_RREADY_MAX_WAIT',
    ]),
    rules: [],
    note: time,
  },
  { names: ['ERRM_*_X', 'ERRS_*_X'], rules: [], note: twoStates },
  { names: ['ERRM_*_TIEOFF', 'ERRS_*_TIEOFF'], rules: [], note: 'for signals of no width, which we do not declare' },
  {
    names: ['ERRS_BRESP_ALL_DONE_EOS', 'ERRS_RLAST_ALL_DONE_EOS'],
    rules: [],
    note: 'about the end of a simulation, which a module does not see',
  },
  {
    names: ['ERRL_CSYS*', 'ERRL_CACTIVE_X'],
    rules: [],
    note: 'about the low-power interface, which is not part of it',
  },
  {
    names: ['AUXM_RCAM_OVERFLOW', 'AUXM_WCAM_OVERFLOW'],
    rules: ['capacity_reads', 'capacity_writes', 'capacity_data'],
  },
  { names: ['AUXM_RCAM_UNDERFLOW', 'AUXM_WCAM_UNDERFLOW'], rules: ['r_identifier', 'b_identifier'] },
  {
    names: ['AUXM_EXCL_OVERFLOW'],
    rules: [],
    note: 'where more identifiers than `exclusiveReads` wait for their write, `aw_exclusive_pair` is silent from then on',
  },
  {
    names: ['AUXM_DATA_WIDTH and other checks of parameters'],
    rules: [],
    note: 'a parameter out of its range is an error when the module is made',
  },
];
