/** Linux's `st_mode`: the type, and the permissions with set-user-id, set-group-id and sticky. */
export const modes = {
  type: 0o170000,
  socket: 0o140000,
  symlink: 0o120000,
  file: 0o100000,
  block: 0o060000,
  directory: 0o040000,
  character: 0o020000,
  fifo: 0o010000,
  permissions: 0o7777,
} as const;

export const isType = (mode: number, type: number): boolean => (mode & modes.type) === type;
