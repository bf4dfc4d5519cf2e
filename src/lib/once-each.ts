/**
 * Asks for each thing once: who asks for it again gets the first answer, also while that is on its way.
 * @param key by which two are the same thing
 */
export function onceEach<T, A>(
  ask: (of: T) => Promise<A>,
  key: (of: T) => unknown = (of) => of,
): (of: T) => Promise<A> {
  const asked = new Map<unknown, Promise<A>>();
  return (of) => {
    const answer = asked.get(key(of)) ?? ask(of);
    asked.set(key(of), answer);
    return answer;
  };
}
