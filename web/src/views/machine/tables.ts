// A machine's tables arrive as JSON of any shape; here they become rows and columns to look at.

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export interface Table {
  columns: string[];
  rows: { key: string; cells: string[] }[];
}

const isMap = (value: Json): value is { [key: string]: Json } => typeof value === "object" && value !== null && !Array.isArray(value);

/** A value in one cell. */
export function cell(value: Json | undefined): string {
  if (value === undefined || value === null) return "";
  if (Array.isArray(value)) return value.map(cell).join(", ");
  if (isMap(value)) return Object.entries(value).map(([key, one]) => `${key} ${cell(one)}`).join(", ");
  return String(value);
}

/**
 * A map of maps is a table with a row per key; a list of maps one with a row each; a map of plain
 * values one of two columns. The first column's name is empty where it holds keys.
 */
export function tableOf(value: Json): Table {
  if (Array.isArray(value)) return ofMaps(value.map((row, index) => [String(index), row]), false);
  if (!isMap(value)) return { columns: [""], rows: [{ key: "0", cells: [cell(value)] }] };
  const entries = Object.entries(value);
  if (entries.length > 0 && entries.every(([, one]) => isMap(one))) return ofMaps(entries, true);
  return { columns: ["", ""], rows: entries.map(([key, one]) => ({ key, cells: [key, cell(one)] })) };
}

function ofMaps(entries: [string, Json][], keyed: boolean): Table {
  const maps = entries.map(([key, row]): [string, { [key: string]: Json }] => [key, isMap(row) ? row : { "": row }]);
  const columns = [...new Set(maps.flatMap(([, row]) => Object.keys(row)))];
  return {
    columns: keyed ? ["", ...columns] : columns,
    rows: maps.map(([key, row]) => {
      const cells = columns.map((column) => cell(row[column]));
      return { key, cells: keyed ? [key, ...cells] : cells };
    }),
  };
}
