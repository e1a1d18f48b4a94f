import { render, screen } from "@testing-library/react"
import userEvent from "@testing-library/user-event"
import { beforeEach, expect, it, vi } from "vitest"
import { Chart, inWords } from "./chart"

const rows = [
  { label: "won", value: 724 },
  { label: "lost", value: 406 },
  { label: "open", value: -3 },
]

beforeEach(() => {
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(600)
})

it("says in words what it shows, and has every figure in a table", () => {
  render(<Chart title="Rows by stage" rows={rows} unit="deals" name="Stage" />)
  expect(screen.getByRole("img")).toHaveAccessibleName(/3 figures, from won with 724 deals to open with -3 deals/)
  expect(screen.getByRole("row", { name: "lost 406", hidden: true })).toBeInTheDocument()
  expect(inWords("Rows", [], "")).toBe("Rows: no figures.")
})

it("gives each bar a button when bars can be chosen", async () => {
  const [user, picked] = [userEvent.setup(), vi.fn()]
  render(<Chart title="Rows by stage" rows={rows} onPick={picked} />)
  await user.tab()
  await user.tab()
  await user.keyboard("{Enter}")
  expect(picked).toHaveBeenCalledWith(1)
})

it("draws a line through every point", () => {
  const months = ["2026-01-01", "2026-02-01", "2026-03-01"].map((label, at) => ({ label, value: at * 10 }))
  const { container } = render(<Chart title="Rows by month" rows={months} kind="line" />)
  expect(container.querySelectorAll("circle")).toHaveLength(3)
  expect(container.querySelector("polyline")?.getAttribute("points")?.split(" ")).toHaveLength(3)
})
