// Who we are to the service: the secret of the address becomes a cookie, and leaves the address.

import { session as open } from "../api/calls";
import { heard } from "../api/http";

const SECRET = /^#k=([^/&]+)/;

class Session {
  /** `asking` until the first answer; `closed` when the service wants a secret that we do not have. */
  state: "asking" | "open" | "closed" = $state("asking");

  /** Reads `#k=SECRET`; call before the route reads the address. */
  async start() {
    heard.refused = () => (this.state = "closed");
    // An address with a secret, pasted into an open page, is a new beginning.
    addEventListener("hashchange", () => SECRET.test(location.hash) && location.reload());
    const secret = SECRET.exec(location.hash)?.[1];
    if (secret !== undefined) history.replaceState(null, "", location.pathname + "#/");
    if (secret !== undefined) await open(secret).catch(() => undefined);
    if (this.state === "asking") this.state = "open";
  }
}

export const session = new Session();
