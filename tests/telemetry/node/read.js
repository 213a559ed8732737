// Reads the Parquet file named on the command line; prints its rows' count, one column's sum and the columns.
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'

const file = await asyncBufferFromFile(process.argv[2])
const metadata = await parquetMetadataAsync(file)
const rows = await parquetReadObjects({ file, compressors })
console.log(JSON.stringify({
  rows: rows.length,
  sum: rows.reduce((sum, row) => sum + (row.value_double ?? 0), 0),
  bigints: rows.filter(row => row.value_bigint !== null && row.value_bigint !== undefined).length,
  sensors: new Set(rows.map(row => row.sensor_id)).size,
  first: rows.reduce((first, row) => row.timestamp < first ? row.timestamp : first, rows[0].timestamp),
  declared: Number(metadata.num_rows),
}))
