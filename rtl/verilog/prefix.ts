import type { VerilogItem, VerilogModule } from './ast.ts';

/** The module, and what it instantiates, under longer names; those in `kept` are somebody else's and keep theirs. */
export const withPrefix = (module: VerilogModule, prefix: string, kept: ReadonlySet<string>): VerilogModule => {
  const longer = (name: string): string => (kept.has(name) ? name : `${prefix}${name}`);
  const renamed = (item: VerilogItem): VerilogItem =>
    item.kind === 'instance' ? { ...item, module: longer(item.module) } : item;
  return {
    ...module,
    name: longer(module.name),
    groups: module.groups.map((group) => group.map(renamed)),
  };
};
