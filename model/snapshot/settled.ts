/** Fails, as the first that failed, only when all have ended: none goes on behind the back of who waits. */
export const allOrFirstFailure = async <Result>(all: readonly Promise<Result>[]): Promise<Result[]> => {
  const results = await Promise.allSettled(all);
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
};
