// The page begins: who we are, where we are, and the first picture.

import { mount } from "svelte";
import App from "./App.svelte";
import { route } from "./state/route.svelte";
import { service } from "./state/service.svelte";
import { session } from "./state/session.svelte";
import "./styles/tokens.css";
import "./styles/base.css";

const target = document.getElementById("page");
if (target !== null) {
  mount(App, { target });
  void session.start().then(() => {
    route.start();
    service.start();
  });
}
