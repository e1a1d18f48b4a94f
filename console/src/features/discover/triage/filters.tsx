import { Button } from "@/components/ui/button"
import { Field, SelectField } from "@/components/ui/field"
import type { Scan } from "../queries"
import { type Filter, STATES } from "./inbox"

type Props = { filter: Filter; scans: readonly Scan[]; onChange: (filter: Filter) => void }

/** What of the inbox is shown. */
export function Filters({ filter, scans, onChange }: Props) {
  return (
    <div className="flex flex-wrap items-end gap-3">
      <Field
        label="Find"
        type="search"
        value={filter.text ?? ""}
        onChange={(event) => onChange({ text: event.target.value })}
        placeholder="Name, table, reason"
        className="w-full sm:w-60"
      />
      <SelectField
        label="State"
        value={filter.state || "open"}
        onChange={(event) => onChange({ state: event.target.value })}
        options={STATES}
        className="w-36"
      />
      <SelectField
        label="Kind"
        value={filter.kind ?? ""}
        onChange={(event) => onChange({ kind: event.target.value })}
        options={[
          ["", "All kinds"],
          ["folder", "Folder"],
          ["postgres", "PostgreSQL"],
        ]}
        className="w-36"
      />
      <SelectField
        label="Scan"
        value={filter.scan ?? ""}
        onChange={(event) => onChange({ scan: event.target.value })}
        options={[["", "All scans"], ...scans.map((scan) => [scan.id, scan.location] as const)]}
        className="w-48"
      />
      {(filter.text || filter.state || filter.kind || filter.scan) && (
        <Button kind="quiet" onClick={() => onChange({ text: "", state: "", kind: "", scan: "" })}>
          Clear
        </Button>
      )}
    </div>
  )
}
