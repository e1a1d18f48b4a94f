import { QueryClient } from "@tanstack/react-query"
import { problemFrom } from "./problem"

const TRIES = 3

/** One cache for the whole console: a refusal is shown at once, an outage is tried again a few times. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      retry: (failures, error) => problemFrom(error).passing && failures < TRIES,
      retryDelay: (failures) => Math.min(500 * 2 ** failures, 5_000),
    },
    mutations: { retry: false },
  },
})
