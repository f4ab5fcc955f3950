import type { OpenSocket } from './protocol/socket';

const subprotocol = 'banter.v1.json';

// Opens the WebSocket of the server that served this page; the cookie authenticates it.
export const openBrowserSocket: OpenSocket = (handlers) => {
  const url = new URL('/v1/ws', location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  const socket = new WebSocket(url, subprotocol);
  socket.onopen = () => handlers.opened();
  socket.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (typeof data === 'string') handlers.text(data);
  };
  socket.onclose = ({ code }) => handlers.closed(code);
  return {
    send: (text) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    close: () => socket.close(),
  };
};
