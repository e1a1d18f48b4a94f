import { Moon, Sun } from "lucide-react"
import { useState } from "react"

/** Switches between light and dark, and keeps the choice. */
export function ThemeSwitch() {
  const [theme, setTheme] = useState(() => document.documentElement.dataset.theme ?? "light")
  const other = theme === "dark" ? "light" : "dark"
  const choose = () => {
    document.documentElement.dataset.theme = other
    try {
      localStorage.setItem("aos-theme", other)
    } catch {
      // No storage: the choice lasts as long as the page.
    }
    setTheme(other)
  }
  return (
    <button
      type="button"
      onClick={choose}
      aria-label={`Use the ${other} theme`}
      className="rounded-lg p-2 hover:bg-raised"
    >
      {theme === "dark" ? <Sun aria-hidden className="size-5" /> : <Moon aria-hidden className="size-5" />}
    </button>
  )
}
