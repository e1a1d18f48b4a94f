import { useQuery } from "@tanstack/react-query"
import { useState } from "react"
import { Async } from "@/components/async"
import { Badge } from "@/components/ui/badge"
import { Button } from "@/components/ui/button"
import { Card } from "@/components/ui/card"
import { totpQuery } from "../queries"
import { DisableDialog } from "./disable-dialog"
import { FactorDialog } from "./factor-dialog"

/** Whether sign-in asks for a code besides the password, and how to change that. */
export function FactorCard() {
  const query = useQuery(totpQuery)
  const [open, setOpen] = useState<"on" | "off" | "">("")
  return (
    <Card title="Second factor">
      <Async query={query} lines={2}>
        {({ enabled, recovery_codes_left }) => (
          <div className="flex flex-col items-start gap-3 text-sm">
            <Badge tone={enabled ? "good" : "warn"}>{enabled ? "On" : "Off"}</Badge>
            {enabled ? (
              <>
                <p>
                  Sign-in asks for a code of your authenticator app. {recovery_codes_left} recovery codes are left; each
                  works once in place of a code.
                </p>
                {recovery_codes_left < 3 && <p>For new ones, turn the second factor off and on again.</p>}
                <Button kind="danger" onClick={() => setOpen("off")}>
                  Turn off…
                </Button>
              </>
            ) : (
              <>
                <p>
                  With it, a stolen password alone opens nothing: sign-in also asks for a code of an app on your phone.
                </p>
                <Button kind="primary" onClick={() => setOpen("on")}>
                  Set up…
                </Button>
              </>
            )}
          </div>
        )}
      </Async>
      {open === "on" && <FactorDialog onClose={() => setOpen("")} />}
      {open === "off" && <DisableDialog onClose={() => setOpen("")} />}
    </Card>
  )
}
