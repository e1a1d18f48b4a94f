export { Chart, type ChartRow } from "./chart"
