import { useState } from "react"
import { Confirm } from "@/components/confirm"
import { Trouble } from "@/components/trouble"
import { Button } from "@/components/ui/button"
import { Dialog } from "@/components/ui/dialog"
import { useDeed } from "@/lib/deed"
import { formatCount } from "@/lib/format"
import { disable, enable, endSessions, removeFactor, removeUser, setRoles } from "../deeds"
import { identityKey, type User } from "../queries"
import { RoleChoice } from "../role-choice"

const refetch = [[...identityKey], ["me"]]

/** What can be done with a user. */
export function UserDrawer({ user, me, onClose }: { user: User; me: boolean; onClose: () => void }) {
  return (
    <Dialog
      open
      onClose={onClose}
      shape="drawer"
      title={user.email || user.name}
      description={me ? "This is you." : user.disabled ? "Disabled: signs in no more." : "A user of this tenant."}
    >
      <Roles user={user} />
      <Access user={user} onGone={onClose} />
    </Dialog>
  )
}

function Roles({ user }: { user: User }) {
  const [roles, setChosen] = useState<string[]>(user.roles)
  const save = useDeed(() => setRoles(user.id, roles), { done: () => "The roles are changed.", refetch })
  const same = roles.length === user.roles.length && roles.every((role) => user.roles.includes(role))
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault()
        save.mutate()
      }}
    >
      <RoleChoice chosen={roles} onChange={setChosen} />
      {save.isError && <Trouble error={save.error} />}
      <Button
        type="submit"
        kind="primary"
        className="self-start"
        busy={save.isPending}
        disabled={same || !roles.length}
      >
        Save roles
      </Button>
    </form>
  )
}

type Asked = "disable" | "remove" | "factor" | ""

function Access({ user, onGone }: { user: User; onGone: () => void }) {
  const [asked, setAsked] = useState<Asked>("")
  const name = user.email || user.name
  const end = useDeed(() => endSessions(user.id), {
    done: ({ ended }) => `${formatCount(ended, "session")} ended.`,
    refetch,
  })
  const allow = useDeed(() => enable(user.id), { done: () => `${name} may sign in again.`, refetch })
  const failed = [end, allow].find((deed) => deed.isError)
  return (
    <section className="flex flex-col gap-3">
      <h3 className="font-bold">Access</h3>
      <div className="flex flex-wrap gap-2">
        <Button busy={end.isPending} onClick={() => end.mutate()}>
          End all sessions
        </Button>
        <Button onClick={() => setAsked("factor")}>Turn off second factor…</Button>
        {user.disabled ? (
          <Button busy={allow.isPending} onClick={() => allow.mutate()}>
            Enable
          </Button>
        ) : (
          <Button kind="danger" onClick={() => setAsked("disable")}>
            Disable…
          </Button>
        )}
        <Button kind="danger" onClick={() => setAsked("remove")}>
          Remove…
        </Button>
      </div>
      {failed && <Trouble error={failed.error} />}
      <Asking user={user} asked={asked} onClose={() => setAsked("")} onGone={onGone} />
    </section>
  )
}

type AskingProps = { user: User; asked: Asked; onClose: () => void; onGone: () => void }

/** The question before a deed that somebody else will notice. */
function Asking({ user, asked, onClose, onGone }: AskingProps) {
  const name = user.email || user.name
  const forbid = useDeed(() => disable(user.id), { done: () => `${name} is disabled.`, refetch })
  const factor = useDeed(() => removeFactor(user.id), { done: () => "The second factor is off.", refetch })
  const remove = useDeed(() => removeUser(user.id), { done: () => `${name} is removed.`, refetch, onDone: onGone })
  return (
    <>
      <Confirm
        open={asked === "disable"}
        onClose={onClose}
        title={`Disable ${name}?`}
        deed="Disable user"
        onConfirm={() => forbid.mutateAsync()}
      >
        Their sessions end now and they sign in no more, until you enable them again.
      </Confirm>
      <Confirm
        open={asked === "factor"}
        onClose={onClose}
        title={`Turn off the second factor of ${name}?`}
        deed="Turn it off"
        onConfirm={() => factor.mutateAsync()}
      >
        For somebody who has lost it: they sign in with the password alone until they set it up again.
      </Confirm>
      <Confirm
        open={asked === "remove"}
        onClose={onClose}
        title={`Remove ${name}?`}
        deed="Remove user"
        onConfirm={() => remove.mutateAsync()}
      >
        Their account goes and cannot be brought back; what they did stays in the audit log. You can invite them again.
      </Confirm>
    </>
  )
}
