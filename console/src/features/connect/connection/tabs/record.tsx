/** A whole source record, the column that does not fit marked. */
export function RecordView({ record, marked }: { record: string; marked: string }) {
  const fields = read(record)
  if (!fields) return <code className="text-xs break-all">{record}</code>
  return (
    <details>
      <summary className="cursor-pointer text-xs font-bold whitespace-nowrap">Whole record</summary>
      <dl className="grid min-w-64 grid-cols-[auto_minmax(0,1fr)] gap-x-3 pt-1 text-xs">
        {fields.map(([name, value]) => (
          <div key={name} className={name === marked ? "contents font-bold text-bad" : "contents"}>
            <dt>{name}</dt>
            <dd className="break-all">{value}</dd>
          </div>
        ))}
      </dl>
    </details>
  )
}

function read(record: string): [string, string][] | null {
  try {
    const told: unknown = JSON.parse(record)
    if (typeof told !== "object" || told === null || Array.isArray(told)) return null
    return Object.entries(told).map(([name, value]) => [
      name,
      typeof value === "string" ? value : JSON.stringify(value),
    ])
  } catch {
    return null
  }
}
