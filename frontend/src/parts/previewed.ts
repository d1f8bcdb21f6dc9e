/** A row of a spreadsheet beside what holds, before anything is taken. */

export interface Previewed {
  /** Its number in the sheet. */
  row: number
  step: 'new' | 'changed' | 'same' | 'faulty'
  /** Why it cannot be used. */
  fault?: string | null
}

export interface PreviewedColumn<Row> {
  label: string
  width?: number
  minWidth?: number
  align?: 'left' | 'right'
  text: (row: Row) => string
}
