/** The fields of a table's entry, as `docs/systems/memory-management-unit.md` gives them: what hardware, software and its generated declarations have in common. */
export interface TableField {
  /** Its lowest bit among the entry's 128; no field crosses from the low 64 to the high. */
  readonly low: number;
  readonly width: number;
  readonly description: string;
}

const described = {
  valid: { low: 0, width: 1, description: 'The entry means something.' },
  leaf: { low: 1, width: 1, description: 'It maps a page, instead of pointing to a table.' },
  first: { low: 2, width: 1, description: 'The translation to memory 0 is enabled.' },
  second: { low: 3, width: 1, description: 'The translation to memory 1 is enabled.' },
  compare: { low: 4, width: 1, description: 'With both: reads are of both, and compared.' },
  read: { low: 5, width: 1, description: 'Of leaves: may be read.' },
  write: { low: 6, width: 1, description: 'Of leaves: may be written.' },
  execute: { low: 7, width: 1, description: 'Of leaves: may be executed.' },
  user: { low: 8, width: 1, description: 'Of leaves: for unprivileged accesses too.' },
  fake: { low: 9, width: 1, description: 'Of leaves: the unit answers, and asks no memory.' },
  firstFrame: { low: 12, width: 36, description: 'Address bits 47 to 12 in memory 0.' },
  firstForm: { low: 48, width: 4, description: 'The form in memory 0.' },
  secondFrame: { low: 76, width: 36, description: 'Address bits 47 to 12 in memory 1.' },
  secondForm: { low: 112, width: 4, description: 'The form in memory 1.' },
} as const satisfies Readonly<Record<string, TableField>>;

export type TableFieldName = keyof typeof described;
export const tableFields: Readonly<Record<TableFieldName, TableField>> = described;

/** Lowest bits of the fields. The second translation is 64 bits above the first. */
export const entryFields = Object.fromEntries(Object.entries(described).map(([name, { low }]) => [name, low])) as {
  readonly [Name in TableFieldName]: (typeof described)[Name]['low'];
};
