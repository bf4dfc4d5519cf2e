import { handleRequest } from './handle-request.ts';

/** The Worker's module (https://developers.cloudflare.com/workers/runtime-apis/handlers/fetch/). */
export default { fetch: handleRequest };
