import { useInfiniteQuery } from "@tanstack/react-query"
import { Skeleton } from "@/components/async"
import { type Column, DataTable } from "@/components/data-table"
import { Empty } from "@/components/empty"
import { Link } from "@/components/link"
import { Trouble } from "@/components/trouble"
import { Badge } from "@/components/ui/badge"
import { Button } from "@/components/ui/button"
import { Card } from "@/components/ui/card"
import { formatCount, formatNumber, formatPercent, formatWord } from "@/lib/format"
import { type Connection, previewQuery, type StreamPreview } from "../../queries"
import { SampleRows } from "./sample-rows"

type Field = StreamPreview["fields"][number]
type Misfit = StreamPreview["misfits"][number]

/** What each stream would bring: its mapping with how sure it is, sampled rows, and those that do not fit. */
export function PreviewTab({ connection }: { connection: Connection }) {
  const query = useInfiniteQuery({
    ...previewQuery(connection.id, connection.state),
    enabled: connection.state !== "PENDING",
  })
  if (connection.state === "PENDING")
    return (
      <Card>
        <p role="status" className="text-sm">
          AAM is looking at the source. The preview appears here by itself.
        </p>
        <Skeleton lines={4} />
      </Card>
    )
  if (query.isError) return <Trouble error={query.error} onRetry={() => void query.refetch()} />
  if (query.isPending) return <Skeleton lines={8} />
  const streams = query.data.pages.flatMap((page) => page.streams)
  return (
    <div className="flex flex-col gap-4">
      {connection.state === "SAFE_MODE" && (
        <p className="rounded-xl bg-agent-soft p-3 text-sm text-agent">
          <b>Safe Mode.</b> Look whether the columns go where they belong and the rows read right. Then promote the
          connection, so that syncs run.
        </p>
      )}
      {streams.length === 0 && (
        <Empty title="There is nothing to preview">
          {connection.state === "FAILED"
            ? "The source could not be read. Correct what is said above, and its rows appear here."
            : "No stream is known yet. Use Check to see whether the source answers, then Discover again."}
        </Empty>
      )}
      {streams.map((stream) => (
        <OneStream key={stream.stream} preview={stream} />
      ))}
      {query.hasNextPage && (
        <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          Show more streams
        </Button>
      )}
    </div>
  )
}

function OneStream({ preview }: { preview: StreamPreview }) {
  const { stream, entity, entity_confidence, tier, fields, extras, rows, misfits, error } = preview
  return (
    <Card
      title={entity ? `${stream} → ${entity}` : stream}
      actions={
        <span className="flex flex-wrap items-center gap-2">
          {entity && <Sure confidence={entity_confidence} tier={tier} />}
          {preview.proposal_id && preview.proposal_state === "pending" && (
            <Link to="/ontology/proposals" search={{ proposal: preview.proposal_id }}>
              Decide on the mapping
            </Link>
          )}
        </span>
      }
    >
      <div className="flex flex-col gap-4">
        {error && <p className="text-sm font-bold text-warn">{error}</p>}
        {preview.reasons.length > 0 && <p className="text-sm text-muted">{preview.reasons.join(" · ")}</p>}
        {fields.length > 0 && (
          <details open={fields.length <= 12}>
            <summary className="cursor-pointer text-sm font-bold">
              {`${formatCount(fields.length, "column")} mapped`}
            </summary>
            <DataTable
              caption={`Mapping of ${stream}`}
              columns={FIELDS}
              rows={fields}
              rowId={(field) => `${field.source} ${field.attribute}`}
            />
          </details>
        )}
        {extras.length > 0 && (
          <p className="text-sm text-muted">{`Without an attribute, kept beside: ${extras.join(", ")}`}</p>
        )}
        {rows.length > 0 && <SampleRows stream={stream} rows={rows} />}
        {misfits.length > 0 && (
          <section>
            <h3 className="text-sm font-bold text-bad">{`${formatCount(misfits.length, "sampled row")} that would not fit`}</h3>
            <DataTable
              caption={`Rows of ${stream} that do not fit`}
              columns={MISFITS}
              rows={misfits}
              rowId={(misfit) => `${misfit.row} ${misfit.column}`}
            />
          </section>
        )}
      </div>
    </Card>
  )
}

const TIERS = { auto: "good", queue: "warn", reject: "bad" } as const

function Sure({ confidence, tier }: { confidence: number; tier: string }) {
  return <Badge tone={TIERS[tier as keyof typeof TIERS] ?? "plain"}>{`${formatPercent(confidence)} sure`}</Badge>
}

const FIELDS: Column<Field>[] = [
  { id: "source", header: "Column", value: (field) => field.source },
  { id: "attribute", header: "Attribute", value: (field) => field.attribute },
  { id: "type", header: "Type", value: (field) => field.type },
  { id: "kind", header: "How", value: (field) => field.kind, cell: (field) => formatWord(field.kind) },
  {
    id: "sure",
    header: "Confidence",
    numeric: true,
    value: (field) => field.confidence,
    cell: (field) => <Sure confidence={field.confidence} tier={field.tier} />,
  },
  {
    id: "why",
    header: "Why",
    cell: (field) => <span className="text-xs text-muted">{field.reasons.join(" · ")}</span>,
  },
]

const MISFITS: Column<Misfit>[] = [
  { id: "row", header: "Row", numeric: true, value: (one) => one.row, cell: (one) => formatNumber(one.row) },
  { id: "column", header: "Column", value: (one) => one.column },
  {
    id: "value",
    header: "Value",
    value: (one) => one.value,
    cell: (one) => <code className="break-all">{one.value}</code>,
  },
  { id: "reason", header: "Reason", value: (one) => one.reason },
]
