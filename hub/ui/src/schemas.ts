/** What the hub sends and takes, by the name that its description (openapi.json) has for it. */
import type { components } from "../generated/openapi";

export type Schema<Name extends keyof components["schemas"]> = components["schemas"][Name];
