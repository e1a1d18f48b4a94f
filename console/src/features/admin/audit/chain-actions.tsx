import { Download, ShieldCheck } from "lucide-react"
import { saveFile } from "@/api/files"
import { Trouble } from "@/components/trouble"
import { Button } from "@/components/ui/button"
import { cn } from "@/lib/cn"
import { useDeed } from "@/lib/deed"
import { verifyAudit } from "../deeds"
import { verifiedWords } from "./entries"

const EXPORT = "/api/v1/admin/audit/export"

/** Proof that nothing was changed afterwards, and the whole log to take along. */
export function ChainActions() {
  const verify = useDeed(verifyAudit)
  const save = useDeed(() => saveFile(EXPORT, "audit-log.jsonl"), { done: () => "Saved as audit-log.jsonl." })
  const failed = [verify, save].find((deed) => deed.isError)
  return (
    <div className="flex flex-col gap-3">
      <p className="text-sm text-muted">
        Each entry's hash covers the entry before, so that nobody can change or remove one unseen.
      </p>
      <div className="flex flex-wrap gap-2">
        <Button busy={verify.isPending} onClick={() => verify.mutate()}>
          <ShieldCheck aria-hidden className="size-4" />
          Verify the log
        </Button>
        <Button busy={save.isPending} onClick={() => save.mutate()}>
          <Download aria-hidden className="size-4" />
          Export
        </Button>
      </div>
      <div role="status">
        {verify.data && (
          <div
            className={cn(
              "rounded-xl p-3 text-sm",
              verify.data.whole ? "bg-good-soft text-good" : "bg-bad-soft text-bad",
            )}
          >
            <p className="font-bold">{verifiedWords(verify.data)}</p>
            {verify.data.head && (
              <p className="mt-1 font-mono text-xs break-all">Hash of its last entry: {verify.data.head}</p>
            )}
          </div>
        )}
      </div>
      {failed && <Trouble error={failed.error} />}
    </div>
  )
}
