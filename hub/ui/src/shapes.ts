/** Names for what the hub's REST interface gives. Times are RFC 3339 UTC strings; quantities are plain numbers. */
import type { FeatureCollection, LineString } from "geojson";
import type { Schema } from "./schemas";

export type Role = Schema<"Role">;
export type SiteKind = Site["kind"];

export type User = Schema<"UserModel">;
export type Health = Schema<"Health">;
export type Summary = Schema<"SummaryModel">;
export type Site = Schema<"SiteModel">;
export type Item = Schema<"ItemModel">;
export type Organisation = Schema<"OrganisationModel">;
export type Region = Schema<"RegionShown">;
export type BaseMap = Schema<"BaseMapModel">;
export type StockRow = Schema<"StockModel">;
export type Bounds = Pick<TraceEvent, "earliest" | "latest" | "estimated">;
export type TraceEvent = Schema<"EventModel">;
export type Traced = Schema<"WhatModel">;
export type Trace = Schema<"TraceModel">;
export type Device = Schema<"DeviceModel">;
export type HealthPoint = Schema<"HealthPointModel">;
export type Came = Schema<"CameModel">;
export type Devices = Schema<"Devices">;
export type CommandState = Command["state"];
export type WishState = NonNullable<Configuration["state"]>;

export type Asked = Pick<Command, "name" | "args">;
export type Command = Schema<"CommandModel">;
export type Configuration = Schema<"ConfigurationModel">;
export type NewDevice = Schema<"CredentialsModel">;
export type Invitation = Schema<"InvitationModel">;
export type InvitationState = Schema<"InvitationState">;
export type Revoked = Schema<"Revoked">;
export type Position = Schema<"PositionModel">;
export type Track = Schema<"TrackModel">;
export type Quarantined = Schema<"QuarantineModel">;
export type Gap = Schema<"GapModel">;
export type Roads = FeatureCollection<LineString, { name?: string; name_zh?: string; class?: string } | null>;
export interface Page<Row> {
  rows: Row[];
  next: string | null;
}
