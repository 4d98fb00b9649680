namespace GBlend.MLNet;

/// <summary>Reads the rows of one modality column from a cursor, bytes as bytes and all other numbers as floats.</summary>
internal abstract class ModalityRows
{
    /// <summary>Reads the current row.</summary>
    /// <param name="position">The row, for messages.</param>
    /// <exception cref="InvalidOperationException">It can't be used; the message names column and row.</exception>
    internal abstract void Read(long position);

    internal abstract RowColumn Finish();

    /// <param name="reader">Of the column.</param>
    /// <param name="expectedRows">The rows that will come, if known.</param>
    /// <param name="missing">What happens to missing values (NaN).</param>
    /// <param name="memory">Where the rows go.</param>
    internal static ModalityRows Create(VectorReader reader, long? expectedRows, MissingValues missing, RowMemory memory) => reader.HasBytes
        ? new Bytes(reader, new(reader.Width, expectedRows, memory))
        : new Floats(reader, new(reader.Width, expectedRows, memory), missing);

    private sealed class Bytes(VectorReader reader, RowWriter<byte> rows) : ModalityRows
    {
        internal override void Read(long position) => reader.ReadBytes(rows.Add());

        internal override RowColumn Finish() => rows.Finish();
    }

    private sealed class Floats(VectorReader reader, RowWriter<float> rows, MissingValues missing) : ModalityRows
    {
        internal override void Read(long position)
        {
            var row = rows.Add();
            reader.Read(row);
            RowValues.CheckForTraining(row, reader.Column, position, missing);
        }

        internal override RowColumn Finish() => rows.Finish();
    }
}
