/** What each role may do, strongest first. */
export const ROLES: readonly (readonly [name: string, may: string])[] = [
  ["owner", "everything, and makes other owners"],
  ["admin", "everything, but makes no owners"],
  ["operator", "connects, syncs, decides mappings, runs agents"],
  ["viewer", "reads and asks"],
  ["agent", "reads and asks; for programs that start runs"],
]

type Props = { chosen: readonly string[]; onChange: (roles: string[]) => void; legend?: string }

/** Which roles somebody has; at least one. */
export function RoleChoice({ chosen, onChange, legend = "Roles" }: Props) {
  const toggle = (role: string) =>
    onChange(chosen.includes(role) ? chosen.filter((one) => one !== role) : [...chosen, role])
  return (
    <fieldset>
      <legend className="mb-1 text-sm font-bold">{legend}</legend>
      {ROLES.map(([role, may]) => (
        <label key={role} className="flex min-h-8 items-center gap-3 text-sm">
          <input type="checkbox" className="size-4" checked={chosen.includes(role)} onChange={() => toggle(role)} />
          <span>
            <span className="font-bold">{role}</span> <span className="text-muted">{may}</span>
          </span>
        </label>
      ))}
    </fieldset>
  )
}
