/** Synthesis: Yosys and nextpnr on worker threads, the flow that blocks and peers are measured with, and the reports. */
export type { LineCost } from './flow/line-costs.ts';
export { loadVerilog } from './flow/load-verilog.ts';
export type { DesignMemory } from './flow/map-design.ts';
export type { ModuleReport, WholeArea } from './flow/module-reports.ts';
export type { PlacedClock, SlowestPath } from './flow/place-and-route.ts';
export type { DeepPath, PathLine, PathPlace } from './flow/source-path.ts';
export {
  type OnProgress,
  type SynthesisRequest,
  type SynthesisResult,
  synthesise,
  synthesisePeer,
} from './flow/synthesise.ts';
export type { TargetReport } from './flow/target-report.ts';
export { type Target, targets } from './flow/targets.ts';
export { type Peer, type PeerTable, peerTables } from './peers.ts';
export { type HtmlOptions, renderHtml } from './report/html.ts';
export { type SynthesisRow, synthesisRows } from './report/json.ts';
export { renderMarkdown } from './report/markdown.ts';
export * from './yosys/index.ts';
