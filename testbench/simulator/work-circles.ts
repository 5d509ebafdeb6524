/** Works of one region that wait for each other in a circle. */

import type { Node } from './graph.ts';
import type { Work } from './region-order.ts';
import type { Region } from './regions.ts';

/** Groups of more than one work, each of which waits, by some way, for all others of its group (R. Tarjan, SIAM J. Comput. 1972). */
export const circlesOf = (works: readonly Work[], letsOf: (guard: Region) => readonly Node[]): readonly Work[][] => {
  const byLet = new Map<Node, Work>();
  for (const work of works) {
    if (work.let !== null) byLet.set(work.let, work);
    else if (work.guard !== null)
      for (const node of letsOf(work.guard.region)) if (node.kind !== 'load') byLet.set(node, work);
  }
  const order = new Map<Work, number>();
  const lowest = new Map<Work, number>();
  const open: Work[] = [];
  const isOpen = new Set<Work>();
  const circles: Work[][] = [];
  const low = (work: Work, value: number): void => void lowest.set(work, Math.min(lowest.get(work) ?? value, value));
  const enter = (work: Work): { work: Work; needs: Iterator<Node> } => {
    order.set(work, order.size);
    low(work, order.size - 1);
    open.push(work);
    isOpen.add(work);
    return { work, needs: work.summary.needs.values() };
  };
  for (const root of works) {
    if (order.has(root)) continue;
    const path = [enter(root)];
    for (let last = path.at(-1); last !== undefined; last = path.at(-1)) {
      const { work, needs } = last;
      const { value: node, done } = needs.next();
      if (done !== true) {
        const needed = byLet.get(node);
        if (needed === undefined || needed === work) continue;
        if (!order.has(needed)) path.push(enter(needed));
        else if (isOpen.has(needed)) low(work, order.get(needed) ?? 0);
        continue;
      }
      path.pop();
      const above = path.at(-1);
      if (above !== undefined) low(above.work, lowest.get(work) ?? 0);
      if (lowest.get(work) !== order.get(work)) continue;
      const circle = open.splice(open.indexOf(work));
      for (const one of circle) isOpen.delete(one);
      if (circle.length > 1) circles.push(circle);
    }
  }
  return circles;
};
