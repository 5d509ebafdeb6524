/** Estimated machine instructions of a node. */

import type { Node } from './graph.ts';

export const costOf = (node: Node): number => {
  switch (node.kind) {
    case 'constant':
      return 0;
    case 'concatenation':
      return node.parts.length * 2 - 1;
    case 'slice':
    case 'multiplex':
    case 'parity':
    case 'sign_extension':
      return 2;
    case 'memory':
    case 'table':
    case 'indexed_load':
    case 'multiply':
      return 3;
    case 'choose':
      return 2 * node.arms.length;
    default:
      return 1;
  }
};
