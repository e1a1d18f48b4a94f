export type Entry = { word: string; meaning: string }

/** The rows of the glossary's table. */
export function entries(glossary: string): Entry[] {
  return glossary
    .split("\n")
    .filter((line) => line.startsWith("| ") && !line.startsWith("| word "))
    .map((line) => line.split("|").map((cell) => cell.trim()))
    .map(([, word = "", meaning = ""]) => ({ word, meaning }))
}

/** Entries whose word or meaning has the text; those with it in the word come first. */
export function matching(all: Entry[], text: string): Entry[] {
  const wanted = text.trim().toLowerCase()
  if (!wanted) return all
  const named = all.filter(({ word }) => word.toLowerCase().includes(wanted))
  return [...named, ...all.filter((one) => !named.includes(one) && one.meaning.toLowerCase().includes(wanted))]
}
