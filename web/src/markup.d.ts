// What SVG elements may bear besides what Svelte's types know.

import "svelte/elements";

declare module "svelte/elements" {
  // The name of the parameter is Svelte's.
  // eslint-disable-next-line @typescript-eslint/no-unused-vars
  interface SVGAttributes<T> {
    translate?: "yes" | "no";
  }
}
