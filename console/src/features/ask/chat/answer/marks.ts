/** The marks of an answer's text: "USD 5 [2][1]." */

export type Piece = { at: number; text: string; citation: number }

/** Text and citations in turn; `citation` is 0 where there is text. */
export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = []
  let from = 0
  for (const mark of text.matchAll(/\[(\d{1,4})\]/g)) {
    if (mark.index > from) pieces.push({ at: from, text: text.slice(from, mark.index), citation: 0 })
    pieces.push({ at: mark.index, text: mark[0], citation: Number(mark[1]) })
    from = mark.index + mark[0].length
  }
  if (from < text.length) pieces.push({ at: from, text: text.slice(from), citation: 0 })
  return pieces
}
