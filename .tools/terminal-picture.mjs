// Draws text from standard input as a terminal would show it, as an SVG on standard output: how docs/images/start.svg was made.
// Usage: npm start | node .tools/terminal-picture.mjs 'npm start' > docs/images/start.svg
import { readFileSync } from 'node:fs';

const command = process.argv[2] ?? '';
const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
const lines = [`$ ${command}`, ...readFileSync(0, 'utf8').trimEnd().split('\n')];
const [advance, leading, margin] = [7.8, 19, 16];
const width = Math.ceil(Math.max(...lines.map(({ length }) => length)) * advance + 2 * margin);
const height = lines.length * leading + 2 * margin;
const rows = lines.map((line, index) => {
  const y = margin + (index + 0.75) * leading;
  return `<text x="${margin}" y="${y}"${index === 0 ? ' class="command"' : ''}>${escaped(line)}</text>`;
});
process.stdout.write(
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(command)}" xml:space="preserve">
<style>text { font: 13px ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace; fill: #d8dee9; white-space: pre; } .command { fill: #a3be8c; }</style>
<rect width="100%" height="100%" rx="6" fill="#20242c"/>
${rows.join('\n')}
</svg>
`,
);
