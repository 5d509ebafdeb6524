/** User and system time of all threads of this process, V8's compilers among them, in seconds. */
export const processorSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
