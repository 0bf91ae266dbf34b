/**
 * What a worker could reach beside its page is taken away before a cell runs. The page's policy already forbids it every request to
 * another host; this takes what remains of the reader's own site: its storage, other tabs, scripts beside the book.
 */
const REACHING = [
  "fetch",
  "XMLHttpRequest",
  "WebSocket",
  "WebSocketStream",
  "WebTransport",
  "EventSource",
  "importScripts",
  "Worker",
  "SharedWorker",
  "BroadcastChannel",
  "indexedDB",
  "caches",
  "cookieStore",
  // A font is loaded from the page's own host.
  "FontFace",
  "fonts",
  "RTCPeerConnection",
  "Notification",
  "open",
  "close",
  "postMessage",
  "navigator",
  "webkitRequestFileSystem",
  "webkitRequestFileSystemSync",
  "webkitResolveLocalFileSystemURL",
  "webkitResolveLocalFileSystemSyncURL",
] as const;

export function confine(): void {
  for (
    let at: object | null = globalThis;
    at !== null && at !== Object.prototype;
    at = Object.getPrototypeOf(at)
  )
    for (const name of REACHING) {
      if (Object.hasOwn(at, name)) Reflect.deleteProperty(at, name);
    }
}
