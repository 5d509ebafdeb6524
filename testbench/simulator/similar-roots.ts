/** Values that read much of the same, put together: a group of them is one thing to look at in each cycle. */

import type { Node } from './graph.ts';

export interface Root {
  readonly root: Node;
  /** More than those of all roots that it reads, so that roots of one level do not read each other. */
  readonly level: number;
  readonly sources: ReadonlySet<string>;
}

/** Of all that a group and a root read, the share that both do, from which on they are together. */
const leastShare = 0.1;
/** Groups of fewer roots are put together although they read nothing of the same. */
const bunch = 4;

/** The groups of each level, lower levels first. */
export const similarRoots = (roots: readonly Root[]): readonly (readonly (readonly Root[])[])[] => {
  const levels = new Map<number, { readonly members: Root[]; readonly sources: Set<string> }[]>();
  for (const root of roots) {
    const groups = levels.get(root.level) ?? [];
    levels.set(root.level, groups);
    let best = groups[0];
    let bestShare = 0;
    for (const group of groups) {
      let common = 0;
      for (const source of root.sources) if (group.sources.has(source)) common++;
      const share = common / Math.max(1, group.sources.size + root.sources.size - common);
      if (share > bestShare) [best, bestShare] = [group, share];
    }
    if (best === undefined || bestShare < leastShare) groups.push({ members: [root], sources: new Set(root.sources) });
    else {
      best.members.push(root);
      for (const source of root.sources) best.sources.add(source);
    }
  }
  return [...levels].sort(([left], [right]) => left - right).map(([, groups]) => groups.map(({ members }) => members));
};

/** Groups of one level with small neighbours put together. */
export const bunched = (groups: readonly (readonly Root[])[]): readonly (readonly Root[])[] => {
  const result: Root[][] = [];
  for (const group of groups) {
    const last = result.at(-1);
    if (last !== undefined && last.length + group.length <= bunch) last.push(...group);
    else result.push([...group]);
  }
  return result;
};
