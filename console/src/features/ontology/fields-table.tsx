import { type Column, DataTable } from "@/components/data-table"
import { Confidence } from "./confidence"
import type { MappedField } from "./queries"
import { transformText } from "./words"

/** Which column of a stream becomes which attribute, how sure that is, and why. */
export function FieldsTable({ caption, fields }: { caption: string; fields: MappedField[] }) {
  return <DataTable caption={caption} columns={FIELD_COLUMNS} rows={fields} rowId={(field) => fieldId(field)} />
}

/** A column may feed more than one attribute, and an attribute have more than one column. */
export function fieldId(field: MappedField): string {
  return `${field.source}→${field.attribute}`
}

export const FIELD_COLUMNS: Column<MappedField>[] = [
  {
    id: "source",
    header: "Source column",
    value: (field) => field.source,
    cell: (field) => <span className="font-bold">{field.source}</span>,
  },
  {
    id: "attribute",
    header: "Attribute",
    value: (field) => field.attribute,
    cell: (field) => (
      <>
        {field.attribute}
        <span className="block text-xs text-muted">
          {field.type}, {transformText(field.transform)}
        </span>
      </>
    ),
  },
  {
    id: "confidence",
    header: "Confidence",
    value: (field) => field.confidence,
    cell: (field) => (
      <>
        <Confidence value={field.confidence} tier={field.tier} />
        <span className="block text-xs text-muted">{field.reasons.join(", ")}</span>
      </>
    ),
  },
]
