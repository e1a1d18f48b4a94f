import { useQuery } from "@tanstack/react-query"
import { Async } from "@/components/async"
import { Time } from "@/components/time"
import { Trouble } from "@/components/trouble"
import { Badge } from "@/components/ui/badge"
import { Button } from "@/components/ui/button"
import { Card } from "@/components/ui/card"
import { useDeed } from "@/lib/deed"
import { formatWord } from "@/lib/format"
import { resetFlag, setFlag } from "./deeds"
import { useNames } from "./people"
import { type Flag, flagsQuery, identityKey } from "./queries"

/** The tenant's switches. */
export function Flags() {
  const query = useQuery(flagsQuery)
  return (
    <Card title="Feature flags">
      <p className="mb-3 text-sm text-muted">A switch takes effect in every service within two seconds.</p>
      <Async query={query} lines={6}>
        {(flags) => (
          <ul className="flex flex-col divide-y">
            {flags.map((flag) => (
              <FlagLine key={flag.name} flag={flag} />
            ))}
          </ul>
        )}
      </Async>
    </Card>
  )
}

function FlagLine({ flag }: { flag: Flag }) {
  const nameOf = useNames()
  const refetch = [[...identityKey, "flags"]]
  const word = (on: boolean) => (on ? "on" : "off")
  const set = useDeed((enabled: boolean) => setFlag(flag.name, enabled), {
    done: (now) => `${formatWord(now.name)} is ${word(now.enabled)}.`,
    refetch,
  })
  const reset = useDeed(() => resetFlag(flag.name), {
    done: (now) => `${formatWord(now.name)} is ${word(now.enabled)} again, its default.`,
    refetch,
  })
  const failed = [set, reset].find((deed) => deed.isError)
  return (
    <li className="flex flex-col gap-2 py-3">
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div className="min-w-0 flex-1 basis-64">
          <h3 className="flex flex-wrap items-center gap-2 text-sm">
            {formatWord(flag.name)}
            <Badge tone={flag.enabled ? "good" : "plain"}>{flag.enabled ? "On" : "Off"}</Badge>
          </h3>
          <p className="text-sm">{flag.description}</p>
          <p className="text-xs break-all text-muted">
            {flag.changed_by ? (
              <>
                Chosen by {nameOf(flag.changed_by)} <Time at={flag.changed_at} />; the default is {word(flag.default)}.
              </>
            ) : (
              "As the platform has it by default."
            )}
          </p>
        </div>
        <div className="flex gap-2">
          {flag.changed_by && (
            <Button
              kind="quiet"
              busy={reset.isPending}
              onClick={() => reset.mutate()}
              aria-label={`Default for ${formatWord(flag.name)}`}
            >
              Default
            </Button>
          )}
          <Button busy={set.isPending} onClick={() => set.mutate(!flag.enabled)}>
            Turn {word(!flag.enabled)}
            <span className="sr-only">: {formatWord(flag.name)}</span>
          </Button>
        </div>
      </div>
      {failed && <Trouble error={failed.error} />}
    </li>
  )
}
