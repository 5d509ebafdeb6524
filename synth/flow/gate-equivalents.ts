import { cached } from '../cache.ts';
import { renameTop, runOnDesign } from '../yosys/read-design.ts';
import { type Design, questionOf } from './map-design.ts';
import { designName, gateEquivalentCommands, joinModules, keepModules, longestRunSeconds } from './targets.ts';

const weightOf = (type: string): number => {
  if (type === '$_NAND_' || type === '$_NOR_') return 1;
  if (type === '$_NOT_') return 0.5;
  return /^\$_(DFF|DLATCH|SR)/.test(type) ? 6 : 0;
};

/** Gate equivalents: 1 for a NAND or NOR of two inputs, 0.5 for an inverter, 6 for a flip-flop. Rejects with a `YosysError`. */
export const gateEquivalentsOf = async (design: Design): Promise<number> => {
  const keep = design.keep ?? [];
  const commands = [
    ...renameTop(designName),
    ...keepModules(keep),
    ...gateEquivalentCommands(design.hierarchical !== true),
    ...joinModules(keep),
    'tee -q -o stat.txt stat -json',
  ];
  const text = await cached('equivalents', questionOf(design, commands), async () => {
    const run = await runOnDesign(design, commands, { timeoutSeconds: longestRunSeconds });
    return run.files['stat.txt'] ?? '';
  });
  const statistics = JSON.parse(text) as { design: { num_cells_by_type: Record<string, number> } };
  const counts = Object.entries(statistics.design.num_cells_by_type);
  return counts.reduce((total, [type, count]) => total + weightOf(type) * count, 0);
};
