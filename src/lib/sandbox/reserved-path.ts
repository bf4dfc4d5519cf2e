/** Requests of the worker's port below this path are the sandbox's own; the Worker never sees them. */
export const RESERVED_PATH = '/_sandbox/';

/** `POST` here puts the sandbox back to its first day. */
export const RESET_PATH = `${RESERVED_PATH}reset`;

/** `POST` here waits until the Worker has sent what it took; answers `{ sent, lost }`, events since its start. */
export const SETTLE_PATH = `${RESERVED_PATH}settle`;
