import { type RefObject, useLayoutEffect, useRef, useState } from "react"

/** The width of an element in CSS pixels, kept up to date; 0 until it is known. */
export function useWidth<Element extends HTMLElement>(): [RefObject<Element>, number] {
  const ref = useRef<Element>(null)
  const [width, setWidth] = useState(0)
  useLayoutEffect(() => {
    const element = ref.current
    if (!element) return undefined
    setWidth(element.clientWidth)
    const observer = new ResizeObserver(() => setWidth(element.clientWidth))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return [ref, width]
}
