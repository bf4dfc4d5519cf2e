/** Requests of the worker's port below this path are the sandbox's own; the Worker never sees them. */
export const RESERVED_PATH = '/_sandbox/';

/** `POST` here puts the sandbox back to its first day. */
export const RESET_PATH = `${RESERVED_PATH}reset`;
