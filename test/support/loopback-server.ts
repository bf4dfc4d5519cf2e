import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';

/** A server on a free port of loopback, with all its connections closed by `close`. */
export interface LoopbackServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Answers every HTTP request the same way. */
export function serveHttp(
  answer: (response: ServerResponse, request: IncomingMessage) => void,
): Promise<LoopbackServer> {
  return listen(createServer((request, response) => request.resume().on('end', () => answer(response, request))));
}

/** Does what it likes with a connection. */
export function serveTcp(onConnection: (socket: Socket) => void): Promise<LoopbackServer> {
  return listen(createTcpServer(onConnection));
}

/** Puts a server of one's own on a free port. */
export async function listen(server: Server): Promise<LoopbackServer> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as { port: number }).port,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
