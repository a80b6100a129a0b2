/** Who has it now, and how that is known: a code, the person, a neighbour, a leader for several doors, or a photo. */
import { Button, Checkbox, FileButton, Group, Stack, TextInput } from "@mantine/core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import type { CodeSays, Outcome, Stop, Way } from "../../calls/rounds";
import { useFormat } from "../../format";
import { word } from "../../i18n";
import { Icon } from "../../parts/icons";
import { Tag } from "../../parts/Page";
import { small } from "../../rounds/picture";

type Given = Omit<Outcome, "id" | "at" | "told">;

/** Where the telephone is, if it knows soon; nobody waits for it. */
function useHere(): { lat?: number; lon?: number } {
  const [here, setHere] = useState<{ lat?: number; lon?: number }>({});
  useEffect(() => {
    let left = false;
    navigator.geolocation?.getCurrentPosition(
      ({ coords }) => { if (!left) setHere({ lat: coords.latitude, lon: coords.longitude }); },
      () => undefined,
      { timeout: 10_000, maximumAge: 60_000 },
    );
    return () => { left = true; };
  }, []);
  return here;
}

function Photo({ photo, set }: { photo: Blob | null; set: (photo: Blob | null) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [failed, setFailed] = useState(false);
  const take = (file: File | null) => {
    if (!file) return;
    small(file).then((made) => { setFailed(false); set(made); }, () => setFailed(true));
  };
  return (
    <>
      <FileButton onChange={take} accept="image/*" capture="environment" inputProps={{ "aria-label": t("round.photo") }}>
        {(props) => <Button {...props} size="lg" fullWidth variant="default" leftSection={<Icon name="scan" />}>{photo ? t("round.photoAgain", { kb: format.number(Math.ceil(photo.size / 1_024)) }) : t("round.photo")}</Button>}
      </FileButton>
      {failed && <p role="alert">{t("round.photoFailed")}</p>}
    </>
  );
}

/** A code is asked of the hub at once; without the network it is kept, and the hub says later whether it was right. */
function Code({ check, give }: { check: (code: string) => Promise<{ answer: CodeSays; left: number }>; give: (code: string) => void }) {
  const { t } = useTranslation();
  const [code, setCode] = useState("");
  const [said, setSaid] = useState<CodeSays | "away" | null>(null);
  const [asking, setAsking] = useState(false);
  const digits = code.replace(/\D/g, "");
  const ask = async () => {
    setAsking(true);
    try {
      const { answer } = await check(digits);
      if (answer === "right") give(digits);
      else setSaid(answer);
    } catch {
      setSaid("away");
    } finally {
      setAsking(false);
    }
  };
  return (
    <form onSubmit={(event) => { event.preventDefault(); void ask(); }}>
      <Stack>
        <TextInput size="xl" label={t("round.code")} description={t("round.codeHelp")} inputMode="numeric" autoComplete="off" maxLength={20} value={code} data-autofocus
          onChange={(event) => { setCode(event.currentTarget.value); setSaid(null); }} />
        {said && <div role="alert"><Tag tone={said === "away" ? "warn" : "bad"}>{word(t, "codeSays", said)}</Tag></div>}
        <Button type="submit" size="xl" fullWidth color="green.9" loading={asking} disabled={digits.length !== 9}>{t("round.codeGive")}</Button>
        {said === "away" && <Button size="lg" fullWidth variant="default" onClick={() => give(digits)}>{t("round.codeAnyway")}</Button>}
      </Stack>
    </form>
  );
}

export function Giving({ parcels, others, check, give }: {
  parcels: string[];
  others: Stop[];
  check: (code: string) => Promise<{ answer: CodeSays; left: number }>;
  give: (given: Given, photo: Blob | null) => Promise<void>;
}) {
  const { t } = useTranslation();
  const format = useFormat();
  const here = useHere();
  const [way, setWay] = useState<Way | null>(null);
  const [photo, setPhoto] = useState<Blob | null>(null);
  const [more, setMore] = useState<string[]>([]);
  const [giving, setGiving] = useState(false);
  const done = async (given: Given) => {
    setGiving(true);
    try {
      await give({ ...given, ...here }, photo);
    } finally {
      setGiving(false);
    }
  };
  if (way === null) {
    return (
      <Stack className="rr-phone">
        {(["code", "person", "neighbour", "leader", "contactless"] as const).map((each) => (
          <Button key={each} size="xl" fullWidth variant={each === "code" ? "filled" : "default"} onClick={() => setWay(each)}>{word(t, "givenWay", each)}</Button>
        ))}
      </Stack>
    );
  }
  return (
    <Stack className="rr-phone">
      <Group justify="space-between"><strong>{word(t, "givenWay", way)}</strong><Button variant="default" onClick={() => setWay(null)}>{t("ask.back")}</Button></Group>
      {way === "code" ? <Code check={check} give={(code) => void done({ parcels, way, code })} /> : (
        <>
          {way === "leader" && others.map((stop) => (
            <Checkbox key={stop.parcel} size="lg" label={`${stop.place}. ${stop.door?.name ?? stop.shown} · ${stop.parcel}`} checked={more.includes(stop.parcel)}
              onChange={(event) => setMore(event.currentTarget.checked ? [...more, stop.parcel] : more.filter((each) => each !== stop.parcel))} />
          ))}
          {way === "contactless" && <p>{t("round.contactlessHelp")}</p>}
          <Photo photo={photo} set={setPhoto} />
          <Button size="xl" fullWidth color="green.9" loading={giving} disabled={way === "contactless" && photo === null} onClick={() => void done({ parcels: [...parcels, ...more], way })}>
            {t("round.given", { n: format.number(parcels.length + more.length) })}
          </Button>
        </>
      )}
    </Stack>
  );
}
