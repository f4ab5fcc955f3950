// What the connection needs of a WebSocket; a test gives it one of its own.
export interface SocketHandlers {
  opened(): void;
  text(data: string): void;
  closed(code: number): void;
}

export interface Socket {
  send(text: string): void;
  close(): void;
}

export type OpenSocket = (handlers: SocketHandlers) => Socket;
