/** The style sheet of the page: system fonts and no outside resources, light and dark. */
export const styleSheet = `
:root {
  --page: #fbfbf9; --panel: #ffffff; --text: #1d2329; --soft: #5c6670; --line: #dfe3e6; --grid: #e9ecee;
  --ours: #c2501a; --other: #a9b4bd; --goal: #1d2329;
  --lut4: #2463a6; --lut6: #5a9bd4; --ice40: #c2501a; --ecp5: #0d7d6c; --xc7: #7a4bb8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14181b; --panel: #1b2024; --text: #e6eaed; --soft: #9aa5ae; --line: #323a41; --grid: #2a3137;
    --ours: #f08a4b; --other: #5d6871; --goal: #e6eaed;
    --lut4: #6aa8e8; --lut6: #a5cbef; --ice40: #f08a4b; --ecp5: #41bfa9; --xc7: #b591e6;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif; }
main { max-width: 1180px; margin: 0 auto; padding: 32px 24px 80px; }
h1 { font-size: 30px; line-height: 1.2; margin: 0 0 6px; letter-spacing: -0.01em; }
h2 { font-size: 23px; margin: 48px 0 12px; padding-top: 20px; border-top: 2px solid var(--text); }
h3 { font-size: 17px; margin: 28px 0 10px; }
h4 { font-size: 14px; margin: 22px 0 6px; }
p { margin: 0 0 12px; max-width: 76ch; }
.soft { color: var(--soft); }
nav { margin: 14px 0 0; display: flex; flex-wrap: wrap; gap: 6px 18px; }
a { color: var(--lut4); }
code, .line { font: 13px/1.5 ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace; overflow-wrap: anywhere; }
.wide { overflow-x: auto; margin-bottom: 12px; }
table { border-collapse: collapse; font-size: 14px; min-width: 480px; }
th, td { padding: 5px 14px 5px 0; text-align: right; border-bottom: 1px solid var(--line); font-variant-numeric: tabular-nums; vertical-align: top; }
th { color: var(--soft); font-weight: 600; font-size: 12.5px; }
th:first-child, td:first-child, td.words, th.words { text-align: left; }
tr.ours td { font-weight: 600; }
tr.goal td { font-style: italic; color: var(--soft); }
td.share { padding-left: 6px; width: 150px; }
.share i { display: block; height: 9px; margin-top: 7px; background: var(--lut4); border-radius: 2px; min-width: 1px; }
.plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(430px, 1fr)); gap: 16px; margin: 12px 0 20px; }
.plots.broad { grid-template-columns: repeat(auto-fill, minmax(500px, 1fr)); }
@media (max-width: 560px) { .plots, .plots.broad { grid-template-columns: 1fr; } }
.plots > div { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: 8px 10px; }
.plot { display: block; width: 100%; height: auto; font: 12px system-ui, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif; }
.plot text { fill: var(--text); }
.plot .title { font-size: 14px; font-weight: 600; }
.plot .tick, .plot .caption { fill: var(--soft); font-size: 11.5px; }
.plot .value { font-variant-numeric: tabular-nums; stroke: var(--panel); stroke-width: 4px; paint-order: stroke; }
.plot .grid { stroke: var(--grid); }
.plot .axis { stroke: var(--soft); }
.plot .bar rect { fill: var(--other); }
.plot .bar.ours rect { fill: var(--ours); }
.plot .name.ours { font-weight: 600; }
.plot .goal line { stroke: var(--goal); stroke-dasharray: 4 3; }
.plot .series polyline { fill: none; stroke: currentColor; stroke-width: 2; stroke-linejoin: round; }
.plot .series circle { fill: currentColor; stroke: var(--panel); stroke-width: 1; }
.plot .series text { fill: currentColor; font-weight: 600; }
.lut4 { color: var(--lut4); } .lut6 { color: var(--lut6); } .ice40 { color: var(--ice40); } .ecp5 { color: var(--ecp5); } .xc7 { color: var(--xc7); }
details { margin: 10px 0; border: 1px solid var(--line); border-radius: 6px; background: var(--panel); padding: 0 16px; }
details > summary { cursor: pointer; padding: 10px 0; font-weight: 600; }
details > div { padding: 0 0 14px; }
ol.lines { margin: 4px 0 12px; padding-left: 24px; }
ol.lines li { padding: 1px 0; }
.path { margin: 10px 0 2px; }
`;
