/** AWS's GB is 2³⁰ bytes. */
export const GB = 2 ** 30;
