import { type ReactNode, useMemo } from "react"
import { type Column, DataTable } from "@/components/data-table"
import { Link } from "@/components/link"
import { Time } from "@/components/time"
import { Badge } from "@/components/ui/badge"
import { Confidence } from "../confidence"
import { FIELD_COLUMNS, fieldId } from "../fields-table"
import type { MappedField, Proposal } from "../queries"
import { decidedBy, keyText, STATES } from "../words"
import { Effects } from "./effects"
import { Samples } from "./samples"

type Props = {
  proposal: Proposal
  without: string[]
  onWithout: (attribute: string, left: boolean) => void
  actions: ReactNode
}

/** All there is to know before deciding over a proposal. */
export function ProposalDetail({ proposal, without, onWithout, actions }: Props) {
  const pending = proposal.state === "pending"
  const columns = useMemo(
    () => (pending ? [chooser(without, onWithout), ...FIELD_COLUMNS] : FIELD_COLUMNS),
    [pending, without, onWithout],
  )
  return (
    <div className="flex flex-col gap-5">
      <header className="flex flex-wrap items-start justify-between gap-3 sm:flex-nowrap">
        <div className="min-w-0">
          <h2 className="text-lg break-words">
            {proposal.stream} → {proposal.entity || "no entity"}
          </h2>
          <Story proposal={proposal} />
        </div>
        {actions}
      </header>
      <section>
        <h3 className="mb-1 text-sm">Columns</h3>
        <DataTable
          caption={`How ${proposal.stream} would be mapped`}
          columns={columns}
          rows={proposal.fields}
          rowId={fieldId}
        />
        {proposal.extras.length > 0 && (
          <p className="mt-2 text-sm">
            Not mapped, kept with each record as extras: <strong>{proposal.extras.join(", ")}</strong>
          </p>
        )}
      </section>
      <Samples proposal={proposal} />
      {proposal.entity ? (
        <Effects proposal={proposal} />
      ) : (
        <p className="text-sm">
          No entity of the ontology suits this stream, so it cannot be approved. Reject it: its rows stay in landing.
        </p>
      )}
    </div>
  )
}

function Story({ proposal }: { proposal: Proposal }) {
  const state = STATES[proposal.state]
  return (
    <>
      <p className="mt-1 flex flex-wrap items-center gap-2 text-sm">
        <Badge tone={state?.tone ?? "plain"}>{state?.text ?? proposal.state}</Badge>
        <Confidence value={proposal.entity_confidence} tier={proposal.tier} />
        <span>
          of{" "}
          <Link to="/connect/$connectionId" params={{ connectionId: proposal.connection_id }}>
            {proposal.connection_name}
          </Link>
          , proposed <Time at={proposal.create_time} />
          {proposal.decided_by && `, decided by ${decidedBy(proposal.decided_by)}`}
        </span>
      </p>
      <p className="mt-1 text-sm text-muted">
        {proposal.reasons.join("; ")}. {keyText(proposal.key_columns)}
      </p>
    </>
  )
}

/** A box for each field: a field that is left out stays with the record as an extra. */
function chooser(without: string[], onWithout: Props["onWithout"]): Column<MappedField> {
  return {
    id: "use",
    header: "Use",
    cell: (field) => (
      <input
        type="checkbox"
        className="size-6 accent-primary"
        aria-label={`Map ${field.source} to ${field.attribute}`}
        disabled={field.tier === "reject"}
        checked={field.tier !== "reject" && !without.includes(field.attribute)}
        onChange={(event) => onWithout(field.attribute, !event.target.checked)}
      />
    ),
  }
}
