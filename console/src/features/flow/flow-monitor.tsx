import { getRouteApi } from "@tanstack/react-router"
import { Pause, Play } from "lucide-react"
import { useCallback } from "react"
import type { Feed } from "@/api/events"
import { Skeleton } from "@/components/async"
import { Empty } from "@/components/empty"
import { ButtonLink } from "@/components/link"
import { LiveBadge } from "@/components/live-badge"
import { Page } from "@/components/page"
import { Trouble } from "@/components/trouble"
import { Button } from "@/components/ui/button"
import { SelectField } from "@/components/ui/field"
import { ConnectPlaces } from "@/features/connect/places"
import { formatCount, formatWord } from "@/lib/format"
import { useLive } from "@/lib/live"
import { withSearch } from "@/lib/search"
import { EventDrawer } from "./event-drawer"
import { type Filter, type FlowEvent, LAYERS, pick } from "./feed"
import { Lane } from "./lane"
import { useFeed } from "./use-feed"
import { STATUSES } from "./words"

const route = getRouteApi("/app/connect/flow")

const FEEDS: Record<Feed, string> = {
  connecting: "Connecting to the feed…",
  live: "Connected. New events appear as they happen.",
  waiting: "The feed was lost. It is taken up again by itself, without a gap.",
}

const SLOW = [
  ["", "Any time"],
  ["500", "0.5 s or more"],
  ["1000", "1 s or more"],
  ["5000", "5 s or more"],
  ["30000", "30 s or more"],
] as const

const SILENT = "Nothing has been heard for a while. The feed is taken up again by itself."

/** Records on their way from the sources to the agents, as it happens. */
export function FlowMonitor() {
  const { event: openId, ...filter } = route.useSearch()
  const navigate = route.useNavigate()
  const feed = useFeed()
  const live = useLive(feed.at)
  const { shown } = feed.events
  const set = useCallback(
    (more: Filter & { event?: string }) =>
      void navigate({ search: (before) => withSearch(before, more), replace: true, resetScroll: false }),
    [navigate],
  )
  const show = useCallback((event: FlowEvent) => set({ event: event.event_id }), [set])
  const open = shown.find((event) => event.event_id === openId)
  return (
    <Page
      title="Flow Monitor"
      lead="Every record on its way: read from a source (AAM), unified (DCL), used by an agent."
      actions={<Controls feed={feed} />}
    >
      <ConnectPlaces />
      {feed.error !== null && <Trouble error={feed.error} onRetry={feed.again} />}
      <Filters filter={filter} onChange={set} />
      <p className="text-sm text-muted" role="status">
        {feed.error === null && (feed.feed === "live" && !live ? SILENT : FEEDS[feed.feed])}
        {feed.events.held !== null && ` Paused; ${formatCount(feed.events.held.length, "new event")} waiting.`}
        {feed.events.missed && " Some events were no longer kept when this page asked for them."}
      </p>
      {!feed.ready && <Skeleton lines={6} />}
      {feed.ready && shown.length === 0 && feed.error === null ? (
        <Nothing />
      ) : (
        <div className="grid gap-4 lg:grid-cols-3">
          {LAYERS.filter(([layer]) => !filter.layer || filter.layer === layer).map(([layer, name, about]) => (
            <Lane
              key={layer}
              name={name}
              about={about}
              events={pick(shown, { ...filter, layer })}
              onOpen={show}
              trace={open?.trace_id ?? ""}
            />
          ))}
        </div>
      )}
      {open && (
        <EventDrawer
          event={open}
          events={shown}
          onClose={() => set({ event: "" })}
          onOpen={show}
          onTrace={(trace) => set({ trace, event: "", layer: "", status: "", slow: "" })}
        />
      )}
    </Page>
  )
}

function Controls({ feed }: { feed: ReturnType<typeof useFeed> }) {
  const paused = feed.events.held !== null
  return (
    <>
      <LiveBadge at={feed.at} />
      <Button onClick={paused ? feed.resume : feed.pause}>
        {paused ? <Play aria-hidden className="size-4" /> : <Pause aria-hidden className="size-4" />}
        {paused ? "Resume" : "Pause"}
      </Button>
    </>
  )
}

function Filters({ filter, onChange }: { filter: Filter; onChange: (filter: Filter) => void }) {
  return (
    <div className="flex flex-wrap items-end gap-3">
      <SelectField
        label="Layer"
        value={filter.layer ?? ""}
        onChange={(event) => onChange({ layer: event.target.value })}
        options={[["", "All layers"], ...LAYERS.map(([layer, name]) => [layer, name] as const)]}
        className="w-40"
      />
      <SelectField
        label="Status"
        value={filter.status ?? ""}
        onChange={(event) => onChange({ status: event.target.value })}
        options={[["", "All statuses"], ...STATUSES.map((status) => [status, formatWord(status)] as const)]}
        className="w-40"
      />
      <SelectField
        label="Took"
        value={filter.slow ?? ""}
        onChange={(event) => onChange({ slow: event.target.value })}
        options={SLOW}
        className="w-40"
      />
      {filter.trace && (
        <Button onClick={() => onChange({ trace: "" })}>{`Leave trace ${filter.trace.slice(0, 8)}…`}</Button>
      )}
    </div>
  )
}

function Nothing() {
  return (
    <Empty title="Nothing has moved yet" action={<ButtonLink to="/connect">Choose a connection to sync</ButtonLink>}>
      As soon as a connection is synced, each step of its records appears here. Leave this page open and start a sync.
    </Empty>
  )
}
