import { type QueryKey, useMutation, useQueryClient } from "@tanstack/react-query"
import { toast } from "@/components/toast"

type Follows<A, R> = {
  /** What to say when it is done; nothing when empty. */
  done?: (result: R, argument: A) => string
  /** What is no longer true afterwards; waited for, so that the screen shows the new state when the button is free. */
  refetch?: QueryKey[]
  onDone?: (result: R, argument: A) => void
}

/** Something that changes the platform: busy while under way, then a word and what changed is read again. */
export function useDeed<A = void, R = unknown>(deed: (argument: A) => Promise<R>, follows: Follows<A, R> = {}) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: deed,
    onSuccess: async (result: R, argument: A) => {
      await Promise.all((follows.refetch ?? []).map((queryKey) => client.invalidateQueries({ queryKey })))
      const words = follows.done?.(result, argument)
      if (words) toast(words)
      follows.onDone?.(result, argument)
    },
  })
}
