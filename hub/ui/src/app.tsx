/** Which address shows which page. Pages beyond the first are loaded when they are opened. */
import { Center, Loader } from "@mantine/core";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { Redirect, Route, Switch, useLocation } from "wouter";

import { LiveLink } from "./live";
import { Overview } from "./pages/Overview";
import { Shell } from "./parts/Shell";
import { Failure, Loading, NotFound } from "./parts/States";
import { Watch } from "./parts/Watch";
import { SessionGate, useUser } from "./session";
import { ApiError } from "./api";

const SignIn = lazy(async () => ({ default: (await import("./pages/SignIn")).SignIn }));
const Welcome = lazy(async () => ({ default: (await import("./pages/Welcome")).Welcome }));
const Stock = lazy(() => import("./pages/Stock"));
const Alerts = lazy(() => import("./pages/alerts/Alerts"));
const AlertOne = lazy(() => import("./pages/alerts/AlertOne"));
const AlertRules = lazy(() => import("./pages/alerts/Rules"));
const Deliveries = lazy(() => import("./pages/goods/Deliveries"));
const DeliveryForm = lazy(() => import("./pages/goods/DeliveryForm"));
const DeliveryOne = lazy(() => import("./pages/goods/DeliveryOne"));
const Requests = lazy(() => import("./pages/requests/Requests"));
const RequestOne = lazy(() => import("./pages/requests/RequestOne"));
const ConsignmentBoard = lazy(() => import("./pages/consignments/Board"));
const Consignments = lazy(() => import("./pages/consignments/Consignments"));
const ConsignmentOne = lazy(() => import("./pages/consignments/ConsignmentOne"));
const Parcels = lazy(() => import("./pages/parcels/Parcels"));
const ParcelOne = lazy(() => import("./pages/parcels/ParcelOne"));
const Station = lazy(() => import("./pages/relief/Station"));
const Notices = lazy(() => import("./pages/relief/Notices"));
const Recall = lazy(() => import("./pages/goods/Recall"));
const Reports = lazy(() => import("./pages/reports/Reports"));
const Start = lazy(() => import("./pages/organisation/Start"));
const Transfers = lazy(() => import("./pages/goods/Transfers"));
const HelpDesk = lazy(() => import("./pages/helpline/HelpDesk"));
const HelpCalls = lazy(() => import("./pages/helpline/Calls"));
const HelpLines = lazy(() => import("./pages/helpline/Lines"));
const HelpViews = lazy(() => import("./pages/helpline/Views"));
const Incidents = lazy(() => import("./pages/incidents/Incidents"));
const IncidentOne = lazy(() => import("./pages/incidents/IncidentOne"));
const Settlements = lazy(() => import("./pages/incidents/Settlements"));
const Rates = lazy(() => import("./pages/incidents/Rates"));
const LiveMap = lazy(() => import("./pages/LiveMap"));
const Trace = lazy(() => import("./pages/Trace"));
const MyRound = lazy(() => import("./pages/rounds/MyRound"));
const Rounds = lazy(() => import("./pages/rounds/Rounds"));
const Trips = lazy(() => import("./pages/rounds/Trips"));
const TripOne = lazy(async () => ({ default: (await import("./pages/rounds/Trips")).TripOne }));
const Direct = lazy(() => import("./pages/rounds/Direct"));
const DirectOne = lazy(async () => ({ default: (await import("./pages/rounds/Direct")).DirectOne }));
const RoundOne = lazy(() => import("./pages/rounds/RoundOne"));
const Devices = lazy(() => import("./pages/Devices"));
const DeviceOne = lazy(() => import("./pages/DeviceOne"));
const Flows = lazy(() => import("./pages/Flows"));
const Quarantine = lazy(() => import("./pages/Quarantine"));
const Needs = lazy(() => import("./pages/needs/Needs"));
const OneNeed = lazy(() => import("./pages/needs/OneNeed"));
const Picks = lazy(() => import("./pages/needs/Picks"));
const Lending = lazy(() => import("./pages/needs/Lending"));
const Space = lazy(() => import("./pages/space/Space"));
const Capacities = lazy(() => import("./pages/space/Capacities"));
const Import = lazy(() => import("./pages/Import"));
const Print = lazy(() => import("./pages/Print"));
const Items = lazy(() => import("./pages/catalogue/Items"));
const Sites = lazy(() => import("./pages/catalogue/Sites"));
const SiteOne = lazy(() => import("./pages/catalogue/SiteOne"));
const Organisations = lazy(() => import("./pages/catalogue/Organisations"));
const Setup = lazy(() => import("./pages/setup/Setup"));
const Settings = lazy(() => import("./pages/Settings"));
const People = lazy(() => import("./pages/people/People"));
const Programs = lazy(() => import("./pages/people/Programs"));
const Log = lazy(() => import("./pages/people/Log"));
const Discrepancies = lazy(() => import("./pages/trouble/Discrepancies"));
const DiscrepancyOne = lazy(() => import("./pages/trouble/DiscrepancyOne"));
const Owners = lazy(() => import("./pages/trouble/Owners"));
const Counts = lazy(() => import("./pages/trouble/Counts"));
const Settled = lazy(() => import("./pages/trouble/Settled"));

function Waiting() {
  const { t } = useTranslation();
  return <Center h="100dvh"><Loader aria-label={t("state.loading")} /></Center>;
}

/** A courier has one page, and begins there; staff of an organisation begin with what is theirs. */
function Home() {
  const { role } = useUser();
  if (role === "courier") return <Redirect to="/round" replace />;
  return role === "staff" ? <Start /> : <Overview />;
}

export function App() {
  const [path] = useLocation();
  if (path === "/welcome") return <Suspense fallback={<Waiting />}><Welcome /></Suspense>; // whoever comes by a link has no session yet, or another's
  return (
    <SessionGate
      signIn={<Suspense fallback={<Waiting />}><SignIn /></Suspense>}
      waiting={<Waiting />}
      failed={(retry) => <Center h="100dvh"><Failure error={new ApiError(0, "unreachable", "")} retry={retry} /></Center>}
    >
      <LiveLink>
        <Watch>
        <Shell>
          <Suspense fallback={<Loading rows={8} />}>
            <Switch>
              <Route path="/"><Home /></Route>
              <Route path="/alerts"><Alerts /></Route>
              <Route path="/alerts/rules"><AlertRules /></Route>
              <Route path="/alerts/:id">{({ id }) => <AlertOne key={id} id={id} />}</Route>
              <Route path="/stock"><Stock /></Route>
              <Route path="/stock/flows"><Flows /></Route>
              <Route path="/deliveries"><Deliveries /></Route>
              <Route path="/deliveries/new"><DeliveryForm key="new" /></Route>
              <Route path="/deliveries/:id"><DeliveryOne /></Route>
              <Route path="/deliveries/:id/change"><DeliveryForm key="change" /></Route>
              <Route path="/requests"><Requests /></Route>
              <Route path="/requests/:id">{({ id }) => <RequestOne key={id} id={id} />}</Route>
              <Route path="/consignments"><ConsignmentBoard /></Route>
              <Route path="/consignments/list"><Consignments /></Route>
              <Route path="/consignments/:id">{({ id }) => <ConsignmentOne key={id} id={id} />}</Route>
              <Route path="/parcels"><Parcels /></Route>
              <Route path="/parcels/:id">{({ id }) => <ParcelOne key={id} id={id} />}</Route>
              <Route path="/notices"><Notices /></Route>
              <Route path="/recall"><Recall /></Route>
              <Route path="/station"><Station /></Route>
              <Route path="/transfers"><Transfers /></Route>
              <Route path="/reports"><Reports key="holdings" report="holdings" /></Route>
              <Route path="/reports/:report">{({ report }) => <Reports key={report} report={report} />}</Route>
              <Route path="/helpline"><HelpDesk /></Route>
              <Route path="/helpline/calls"><HelpCalls /></Route>
              <Route path="/helpline/lines"><HelpLines /></Route>
              <Route path="/helpline/views"><HelpViews /></Route>
              <Route path="/incidents"><Incidents /></Route>
              <Route path="/incidents/settlements"><Settlements /></Route>
              <Route path="/incidents/rates"><Rates /></Route>
              <Route path="/incidents/:id">{({ id }) => <IncidentOne key={id} id={id} />}</Route>
              <Route path="/map"><LiveMap /></Route>
              <Route path="/trace"><Trace /></Route>
              <Route path="/devices"><Devices /></Route>
              <Route path="/devices/:name">{({ name }) => <DeviceOne key={name} name={name} />}</Route>
              <Route path="/quarantine"><Quarantine /></Route>
              <Route path="/discrepancies"><Discrepancies /></Route>
              <Route path="/discrepancies/owners"><Owners /></Route>
              <Route path="/discrepancies/counts"><Counts /></Route>
              <Route path="/discrepancies/settled"><Settled /></Route>
              <Route path="/discrepancies/:key"><DiscrepancyOne /></Route>
              <Route path="/needs"><Needs /></Route>
              <Route path="/needs/lending"><Lending /></Route>
              <Route path="/needs/:id">{({ id }) => <OneNeed key={id} id={id} />}</Route>
              <Route path="/picks"><Picks /></Route>
              <Route path="/space"><Space /></Route>
              <Route path="/space/capacities"><Capacities /></Route>
              <Route path="/round"><MyRound /></Route>
              <Route path="/trips"><Trips /></Route>
              <Route path="/trips/:id">{({ id }) => <TripOne key={id} id={id} />}</Route>
              <Route path="/direct"><Direct /></Route>
              <Route path="/direct/:id">{({ id }) => <DirectOne key={id} id={id} />}</Route>
              <Route path="/rounds"><Rounds /></Route>
              <Route path="/rounds/:id">{({ id }) => <RoundOne key={id} id={id} />}</Route>
              <Route path="/import"><Import /></Route>
              <Route path="/print"><Print /></Route>
              <Route path="/setup"><Setup /></Route>
              <Route path="/settings"><Settings /></Route>
              <Route path="/catalogue"><Items /></Route>
              <Route path="/catalogue/sites"><Sites /></Route>
              <Route path="/catalogue/sites/:id">{({ id }) => <SiteOne key={id} id={id} />}</Route>
              <Route path="/catalogue/organisations"><Organisations /></Route>
              <Route path="/people"><People /></Route>
              <Route path="/people/programs"><Programs /></Route>
              <Route path="/people/log"><Log /></Route>
              <Route><NotFound /></Route>
            </Switch>
          </Suspense>
        </Shell>
        </Watch>
      </LiveLink>
    </SessionGate>
  );
}
